package io.github.tideover.benchmarks;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Other SDKs, compared where the Maven profile {@code peers} is on. Their class path is theirs alone: on everybody's, they
 * would slow down others' start.
 */
final class Peers {
    private static final String CLASS_PATH = "java.class.path";
    private static final Map<String, String> CLIENTS = Map.of("openai-java", "OpenAiJavaClient");
    /** The file that holds it; empty without the profile. */
    private static final String WRITTEN = System.getProperty("peers.classpath", "");

    private Peers() {}

    /** Writes the class path it is started with, since Maven gives each execution one, into the file {@code args[0]}. */
    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[0]), System.getProperty(CLASS_PATH));
    }

    /** Their names in the tables; none without the profile. */
    static Collection<String> names() {
        return WRITTEN.isEmpty() ? List.of() : CLIENTS.keySet();
    }

    /** The class path of a contender's process. */
    static String classPathOf(String contender) throws IOException {
        return CLIENTS.containsKey(contender) ? Files.readString(Path.of(WRITTEN)) : System.getProperty(CLASS_PATH);
    }

    static Contender.Client open(String name, String baseUrl) {
        try {
            Constructor<?> constructor = Class.forName(Peers.class.getPackageName() + "." + CLIENTS.get(name))
                    .getDeclaredConstructor(String.class);
            return (Contender.Client) constructor.newInstance(baseUrl);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("nobody is called " + name, e);
        }
    }
}
