package io.github.tideover.benchmarks.scorecard;

import java.util.LinkedHashMap;
import java.util.Map;

/** Other SDKs, which are on the class path where the Maven profile {@code peers} is on. */
final class ScoredPeers {
    private static final Map<String, String> CLASSES =
            Map.of("openai-java", "ScoredOpenAiJava", "langchain4j", "ScoredLangChain4j");

    private ScoredPeers() {}

    /** Those that are there, in the order of their names. */
    static Map<String, ScoredClient.Opener> present() {
        Map<String, ScoredClient.Opener> present = new LinkedHashMap<>();
        CLASSES.keySet().stream().sorted().forEach(name -> {
            try {
                Class<?> type = Class.forName(ScoredPeers.class.getPackageName() + "." + CLASSES.get(name));
                present.put(name, (baseUrl, profile) -> open(type, baseUrl, profile));
            } catch (ClassNotFoundException e) {
                // without the profile
            }
        });
        return present;
    }

    private static ScoredClient open(Class<?> type, String baseUrl, Profile profile) {
        try {
            return (ScoredClient)
                    type.getDeclaredConstructor(String.class, Profile.class).newInstance(baseUrl, profile);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " could not be made", e);
        }
    }
}
