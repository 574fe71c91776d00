package io.github.tideover;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.NullMarked;

/** Who may import whom, and what may not occur at all. */
@AnalyzeClasses(packages = "io.github.tideover", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "io.github.tideover";

    @ArchTest
    static final ArchRule importsGoDownwardsAndNeverSideways = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("root")
            .definedBy(ROOT)
            .layer("provider")
            .definedBy(ROOT + ".provider..")
            .layer("cache")
            .definedBy(ROOT + ".cache..")
            .layer("outbox")
            .definedBy(ROOT + ".outbox..")
            .layer("status")
            .definedBy(ROOT + ".status..")
            .layer("tool")
            .definedBy(ROOT + ".tool..")
            .layer("wire")
            .definedBy(ROOT + ".wire..")
            .layer("store")
            .definedBy(ROOT + ".store..")
            .layer("chat")
            .definedBy(ROOT + ".chat..")
            .layer("failure")
            .definedBy(ROOT + ".failure..")
            .whereLayer("root")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("provider")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("cache")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("outbox")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("status")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("tool")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("wire")
            .mayOnlyBeAccessedByLayers(
                    "root", "provider", "outbox", "status") // pages are read over HTTP, messages kept as JSON
            .whereLayer("store")
            .mayOnlyBeAccessedByLayers("cache", "outbox")
            .whereLayer("chat")
            .mayOnlyBeAccessedByLayers("root", "provider", "cache", "outbox", "status", "tool", "wire")
            // A reply tells why earlier rungs did not answer.
            .whereLayer("failure")
            .mayOnlyBeAccessedByLayers("root", "provider", "cache", "outbox", "status", "wire", "chat");

    @ArchTest
    static final ArchRule everyPackageHasItsPlace = classes()
            .should()
            .resideInAnyPackage(
                    ROOT,
                    ROOT + ".provider..",
                    ROOT + ".cache..",
                    ROOT + ".outbox..",
                    ROOT + ".status..",
                    ROOT + ".tool..",
                    ROOT + ".wire..",
                    ROOT + ".store..",
                    ROOT + ".chat..",
                    ROOT + ".failure..");

    @ArchTest
    static final ArchRule valuesImportTheJdkAndNothingElse = classes()
            .that()
            .resideInAnyPackage(ROOT + ".chat..", ROOT + ".failure..")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("java..", "org.jspecify..", ROOT + ".chat..", ROOT + ".failure.."));

    @ArchTest
    static final ArchRule cacheNeedsNoHttp = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".cache..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("okhttp3..", "okio..", "retrofit2..", "tools.jackson.."));

    /** It is large, and a client without tools and records shall not load it. */
    @ArchTest
    static final ArchRule dataBindingIsForRecordsOnly = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".tool..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("tools.jackson.databind..", "com.fasterxml.jackson.annotation.."));

    /** An optional dependency: a client that keeps nothing on disk works without it. */
    @ArchTest
    static final ArchRule theEmbeddedStoreIsForWhatIsKeptOnDiskOnly = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".store..", ROOT + ".cache..", ROOT + ".outbox..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.h2.."));

    @ArchTest
    static final ArchRule noPackagesGoRoundInCircles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule timeAndChanceAreHandedIn = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Instant.class, "now", Clock.class)
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .orShould()
            .callMethodWhere(target(nameMatching("now")).and(target(owner(resideInAPackage("java.time..")))))
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callConstructor(Random.class)
            .orShould()
            .callConstructor(Random.class, long.class);

    /** The client's own clock, made in one place when none is handed in. */
    @ArchTest
    static final ArchRule theSystemsClocksAreTakenInOnePlace = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(Tideover.class.getName())
            .should(accessTargetWhere(clocks()));

    @ArchTest
    static final ArchRule everyPackageSaysWhatMayBeNull = classes().should(beInANullMarkedPackage());

    @ArchTest
    static final ArchRule namesSayWhatAClassDoesHere = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)([$].*)?")
            .orShould()
            .resideInAnyPackage("..util..", "..impl..", "..internal..", "..helper..", "..manager..");

    @ArchTest
    static final ArchRule theWireAndTheStoreAreShownToNobody = classes()
            .that(not(resideInAnyPackage(ROOT + ".wire..", ROOT + ".store..")).and(bePublic()))
            .should(keepOutOfSignatures(resideInAnyPackage(ROOT + ".wire..", ROOT + ".store..", "org.h2..")));

    @ArchTest
    static final ArchRule theDoorAndWhatItHandsOutIsAllThatIsPublicInTheRoot = classes()
            .that(resideInAPackage(ROOT).and(bePublic()))
            .should()
            .haveNameMatching(
                    ".*[.](Tideover|Conversation|QueuedMessages|ReplyStream|RetryPolicy|StreamRescue|TypedReply|TypedReplyStream|ToolReply|ToolLoopException|ImportReport|Time)([$]Builder)?");

    private static DescribedPredicate<JavaAccess<?>> clocks() {
        return target(owner(name("java.lang.System")))
                .and(target(nameMatching("nanoTime|currentTimeMillis")))
                .or(target(owner(name("java.time.Clock"))).and(target(nameMatching("system.*"))))
                .or(target(owner(nameMatching("java.util.concurrent.ThreadLocalRandom"))))
                .forSubtype();
    }

    private static DescribedPredicate<JavaClass> bePublic() {
        return DescribedPredicate.describe("are public", each -> {
            for (JavaClass type = each;
                    type != null;
                    type = type.getEnclosingClass().orElse(null)) {
                if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static ArchCondition<JavaClass> beInANullMarkedPackage() {
        return new ArchCondition<>("be in a package with @NullMarked") {
            @Override
            public void check(JavaClass each, ConditionEvents events) {
                boolean marked = each.getPackage()
                        .tryGetAnnotationOfType(NullMarked.class)
                        .isPresent();
                events.add(new SimpleConditionEvent(
                        each, marked, each.getPackageName() + " has" + (marked ? "" : " no") + " @NullMarked"));
            }
        };
    }

    private static ArchCondition<JavaClass> keepOutOfSignatures(DescribedPredicate<JavaClass> hidden) {
        return new ArchCondition<>("keep the wire and the store out of their public signatures") {
            @Override
            public void check(JavaClass each, ConditionEvents events) {
                each.getAllRawSuperclasses().stream()
                        .filter(hidden)
                        .forEach(type -> events.add(
                                SimpleConditionEvent.violated(each, each.getName() + " extends " + type.getName())));
                for (JavaMember member : each.getMembers()) {
                    boolean seen = member.getModifiers().contains(JavaModifier.PUBLIC)
                            || member.getModifiers().contains(JavaModifier.PROTECTED);
                    if (!seen || member.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                        continue;
                    }
                    for (JavaClass type : member.getAllInvolvedRawTypes()) {
                        events.add(new SimpleConditionEvent(
                                member, !hidden.test(type), member.getFullName() + " shows " + type.getName()));
                    }
                }
            }
        };
    }
}
