import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Reads a staged release as a public repository would, and prints what it would refuse.
 *
 * <p>{@code java .ci/CheckBundle.java STAGING VERSION ARTIFACT...}: exactly these artifacts at exactly this version, each with a
 * complete POM, sources, Javadoc, a bill of materials, checksums, and a signature that {@code gpg} can verify with the key ring
 * it finds. Exits with 1 if anything is missing or wrong.
 */
public final class CheckBundle {
    private static final String GROUP = "io.github.tideover";
    private static final List<String> POM_MUST_HAVE = List.of(
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "scm/connection",
            "scm/developerConnection",
            "scm/url");
    private static final XPath XPATH = XPathFactory.newInstance().newXPath();

    private final List<String> problems = new ArrayList<>();
    private final Set<String> okHttpVersions = new TreeSet<>();
    private int signatures;

    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            System.err.println("usage: java CheckBundle.java STAGING VERSION ARTIFACT...");
            System.exit(2);
        }
        CheckBundle bundle = new CheckBundle();
        Set<String> artifacts = new TreeSet<>(List.of(args).subList(2, args.length));
        bundle.check(Path.of(args[0]), args[1], artifacts);
        bundle.problems.forEach(problem -> System.out.println("problem: " + problem));
        System.out.printf(
                "bundle %s: %d artifacts, %d signatures verified, %d problems%n",
                args[1], artifacts.size(), bundle.signatures, bundle.problems.size());
        System.exit(bundle.problems.isEmpty() ? 0 : 1);
    }

    private void check(Path staging, String version, Set<String> artifacts) throws Exception {
        if (version.contains("SNAPSHOT")) problems.add("a snapshot is no release: " + version);
        Path group = staging.resolve(GROUP.replace('.', '/'));
        Set<String> found = new TreeSet<>(names(group));
        if (!found.equals(artifacts)) problems.add("staged are " + found + ", but it should be " + artifacts);
        for (String artifact : found) {
            Path folder = group.resolve(artifact).resolve(version);
            if (!Files.isDirectory(folder)) {
                problems.add(artifact + " is not there in version " + version);
                continue;
            }
            for (String name : names(group.resolve(artifact))) {
                if (!name.equals(version) && !name.startsWith("maven-metadata.xml")) {
                    problems.add("does not belong here: " + artifact + "/" + name);
                }
            }
            checkArtifact(folder, artifact, version);
        }
        if (okHttpVersions.size() != 1) problems.add("the POMs ask for OkHttp " + okHttpVersions);
    }

    private void checkArtifact(Path folder, String artifact, String version) throws Exception {
        String base = artifact + "-" + version;
        Set<String> expected = new TreeSet<>(List.of(base + ".pom", base + "-cyclonedx.json"));
        Path pom = folder.resolve(base + ".pom");
        if (Files.exists(pom) && checkPom(pom, artifact, version).equals("jar")) {
            expected.addAll(List.of(base + ".jar", base + "-sources.jar", base + "-javadoc.jar"));
        }
        Set<String> files = new TreeSet<>(names(folder));
        files.removeIf(name -> name.matches(".*\\.(asc|md5|sha1|sha256|sha512)"));
        if (!files.equals(expected)) problems.add(base + " has " + files + ", but it should have " + expected);
        for (String name : files) {
            Path file = folder.resolve(name);
            checkSum(file, "md5", "MD5");
            checkSum(file, "sha1", "SHA-1");
            checkSignature(file);
        }
        checkEntry(folder.resolve(base + ".jar"), "META-INF/LICENSE");
        if (!hasModuleName(folder.resolve(base + ".jar"))) {
            checkEntry(folder.resolve(base + ".jar"), "module-info.class");
            checkEntry(folder.resolve(base + "-sources.jar"), "module-info.java");
        }
        checkEntry(folder.resolve(base + "-javadoc.jar"), "index.html");
    }

    /** Returns the packaging. */
    private String checkPom(Path pom, String artifact, String version) throws Exception {
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
        for (String path : POM_MUST_HAVE) {
            if (text(document, path).isEmpty()) problems.add(pom.getFileName() + " has no " + path);
        }
        if (!text(document, "groupId").equals(GROUP)
                || !text(document, "artifactId").equals(artifact)
                || !text(document, "version").equals(version)) {
            problems.add(pom.getFileName() + " names something else than its place");
        }
        // In an imported POM this is its own version, and the one name that Maven fills in for every reader.
        String content = Files.readString(pom).replace("${project.version}", version);
        for (String leak : List.of("SNAPSHOT", "${", "file:", "<repositories>", "<parent>", "<modules>", "<relativePath")) {
            if (content.contains(leak)) problems.add(pom.getFileName() + " contains " + leak);
        }
        NodeList dependencies = (NodeList) XPATH.evaluate("//dependency", document, XPathConstants.NODESET);
        for (int i = 0; i < dependencies.getLength(); i++) {
            if (XPATH.evaluate("version", dependencies.item(i)).isBlank()) {
                problems.add(pom.getFileName() + ": no version for " + XPATH.evaluate("artifactId", dependencies.item(i)));
            }
            if (XPATH.evaluate("groupId", dependencies.item(i)).equals("com.squareup.okhttp3")) {
                okHttpVersions.add(XPATH.evaluate("version", dependencies.item(i)));
            }
            if (XPATH.evaluate("scope", dependencies.item(i)).equals("test")) {
                problems.add(pom.getFileName() + ": a test dependency, " + XPATH.evaluate("artifactId", dependencies.item(i)));
            }
        }
        String packaging = text(document, "packaging");
        return packaging.isEmpty() ? "jar" : packaging;
    }

    private static String text(Document pom, String path) throws Exception {
        return XPATH.evaluate("/project/" + path, pom).strip();
    }

    private void checkSum(Path file, String extension, String algorithm) throws Exception {
        Path sum = sibling(file, extension);
        if (!Files.exists(sum)) {
            problems.add("no " + sum.getFileName());
            return;
        }
        byte[] digest = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
        if (!Files.readString(sum).strip().equals(HexFormat.of().formatHex(digest))) {
            problems.add("wrong " + sum.getFileName());
        }
    }

    private void checkSignature(Path file) throws Exception {
        Path signature = sibling(file, "asc");
        if (!Files.exists(signature)) {
            problems.add("no " + signature.getFileName());
            return;
        }
        Process gpg = new ProcessBuilder("gpg", "--batch", "--verify", signature.toString(), file.toString())
                .redirectErrorStream(true)
                .start();
        String said;
        try (InputStream output = gpg.getInputStream()) {
            said = new String(output.readAllBytes());
        }
        if (gpg.waitFor() == 0) {
            signatures++;
        } else {
            problems.add("bad signature for " + file.getFileName() + ": " + said.strip());
        }
    }

    /** An artifact that needs what has no module name cannot be a module, but its own name can be settled. */
    private static boolean hasModuleName(Path jar) throws IOException {
        if (!Files.exists(jar)) return false;
        try (JarFile archive = new JarFile(jar.toFile())) {
            return archive.getManifest().getMainAttributes().getValue("Automatic-Module-Name") != null;
        }
    }

    private void checkEntry(Path jar, String entry) throws IOException {
        if (!Files.exists(jar)) return;
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.getEntry(entry) == null) problems.add(jar.getFileName() + " has no " + entry);
        }
    }

    private static Path sibling(Path file, String extension) {
        return file.resolveSibling(file.getFileName() + "." + extension);
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList();
        }
    }
}
