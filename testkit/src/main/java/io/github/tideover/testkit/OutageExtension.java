package io.github.tideover.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test its own providers, for JUnit 5 and 6: {@code @ExtendWith(OutageExtension.class)}.
 *
 * <ul>
 *   <li>A parameter of type {@link OutageServer} is a server that is called as the parameter is. A test with two of them has two;
 *       {@code @BeforeEach} and {@code @AfterEach} methods with a parameter of the same name get the same server as the test,
 *       for which tests are compiled with {@code -parameters}.
 *   <li>A parameter of type {@link ManualTime} is the one time of the test, by which all its servers go.
 *   <li>A parameter of type {@link RecordingStatusListener} is the one listener of the test.
 * </ul>
 *
 * <p>After the test, and after its {@code @AfterEach} methods, the servers are closed. If it has passed until then, it fails if
 * a line of a script was left unused.
 *
 * @since 0.1
 */
public final class OutageExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(OutageExtension.class);

    /** Made by JUnit. */
    public OutageExtension() {}

    /** What belongs to one test. */
    private static final class Kit {
        private final boolean goesByHand;
        private final ManualTime time = new ManualTime();
        private final RecordingStatusListener listener = new RecordingStatusListener();
        private final Map<String, OutageServer> servers = new LinkedHashMap<>();

        Kit(boolean goesByHand) {
            this.goesByHand = goesByHand;
        }

        OutageServer server(String name) {
            return servers.computeIfAbsent(name, unused -> {
                OutageServer.Builder builder = OutageServer.builder().name(name);
                return (goesByHand ? builder.time(time) : builder).start();
            });
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == OutageServer.class || type == ManualTime.class || type == RecordingStatusListener.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException("a " + type.getSimpleName()
                    + " is there for one test: take it as a parameter of the test, or of a @BeforeEach method");
        }
        Kit kit = kit(context, parameter);
        if (type == ManualTime.class) {
            return time(kit);
        }
        return type == OutageServer.class ? kit.server(name(parameter, context)) : kit.listener;
    }

    private static ManualTime time(Kit kit) {
        if (!kit.goesByHand) {
            throw new ParameterResolutionException(
                    "the servers of this test go by the machine's time already; take the "
                            + "ManualTime as a parameter of the test, or of the first method that has a server");
        }
        return kit.time;
    }

    private static String name(ParameterContext parameter, ExtensionContext context) {
        boolean isTheTests = parameter.getDeclaringExecutable().equals(context.getRequiredTestMethod());
        if (!isTheTests && !parameter.getParameter().isNamePresent()) {
            throw new ParameterResolutionException(
                    "which server is meant is told by the parameter's name, and the compiler "
                            + "has left the names out; compile the tests with -parameters");
        }
        return parameter.getParameter().getName();
    }

    private static Kit kit(ExtensionContext context, ParameterContext parameter) {
        Store store = context.getStore(NAMESPACE);
        Kit known = store.get(Kit.class, Kit.class);
        if (known != null) {
            return known;
        }
        boolean goesByHand = Stream.of(context.getRequiredTestMethod(), parameter.getDeclaringExecutable())
                .flatMap(method -> Stream.of(method.getParameterTypes()))
                .anyMatch(ManualTime.class::equals);
        Kit made = new Kit(goesByHand);
        store.put(Kit.class, made);
        return made;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Kit kit = context.getStore(NAMESPACE).get(Kit.class, Kit.class);
        if (kit == null) {
            return;
        }
        List<AssertionError> unused = new ArrayList<>();
        for (OutageServer server : kit.servers.values()) {
            server.close();
            if (context.getExecutionException().isEmpty()) {
                complaint(server, unused);
            }
        }
        if (!unused.isEmpty()) {
            AssertionError first = unused.get(0);
            unused.subList(1, unused.size()).forEach(first::addSuppressed);
            throw first;
        }
    }

    private static void complaint(OutageServer server, List<AssertionError> complaints) {
        try {
            server.checkScript();
        } catch (AssertionError e) {
            complaints.add(e);
        }
    }
}
