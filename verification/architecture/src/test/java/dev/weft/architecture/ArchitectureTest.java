package dev.weft.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The arrows and the purity of the module layout, each with its reason. The reactor and the enforcer refuse most breaches
 * already; this sees what they do not: a class reached through somebody else's dependency.
 */
class ArchitectureTest {
    /** What each module may use directly (ARCHITECTURE.md); what those may use is allowed with it. */
    private static final Map<String, List<String>> ARROWS = new TreeMap<>(Map.ofEntries(
            Map.entry("base", List.of()),
            Map.entry("stats", List.of("base")),
            Map.entry("xdsschema", List.of()),
            Map.entry("adminapi", List.of("base")),
            Map.entry("xdsmodel", List.of("base", "xdsschema")),
            Map.entry("http", List.of("base")),
            Map.entry("route", List.of("base", "http", "xdsmodel")),
            Map.entry("balance", List.of("base")),
            Map.entry("identity", List.of("base", "xdsmodel")),
            Map.entry("net", List.of("base", "stats", "xdsmodel")),
            Map.entry("codec", List.of("http", "net")),
            Map.entry("upstream", List.of("balance", "codec", "net", "stats", "xdsmodel")),
            Map.entry("filters", List.of("http", "route", "balance", "stats", "xdsmodel")),
            Map.entry("proxycore", List.of("upstream", "route", "codec", "net", "stats")),
            Map.entry("xdsclient", List.of("xdsmodel", "codec", "identity")),
            Map.entry("proxy", List.of("proxycore", "filters", "xdsclient", "adminapi")),
            Map.entry("meshmodel", List.of("base")),
            Map.entry("sources", List.of("meshmodel")),
            Map.entry("analysis", List.of("meshmodel")),
            Map.entry("xdsapi", List.of()),
            Map.entry("translate", List.of("meshmodel", "xdsapi")),
            Map.entry("xdsserver", List.of("base", "stats", "xdsapi")),
            Map.entry("ca", List.of("base", "meshmodel")),
            Map.entry(
                    "control", List.of("sources", "analysis", "translate", "xdsserver", "ca", "dashboard", "adminapi")),
            Map.entry("intercept", List.of("base")),
            Map.entry("dashboard", List.of("adminapi")),
            Map.entry("cli", List.of("adminapi", "analysis", "sources", "intercept", "xdsclient")),
            Map.entry("shop", List.of()),
            Map.entry("demo", List.of("adminapi", "shop"))));

    private static final String[] DATA_PLANE = packages(
            "xdsmodel",
            "http",
            "route",
            "balance",
            "identity",
            "net",
            "codec",
            "upstream",
            "filters",
            "proxycore",
            "xdsclient",
            "proxy");
    private static final String[] COMMON = packages("base", "stats", "xdsschema", "adminapi");
    private static final String[] CONTROL_PLANE =
            packages("meshmodel", "sources", "analysis", "translate", "xdsserver", "ca", "control");
    private static final String[] PURE =
            packages("http", "route", "balance", "filters", "meshmodel", "analysis", "translate");

    private static final ImportOption PLANTED = location -> location.contains("/Planted");
    private static final ImportOption OWN = location -> location.contains("/dev/weft/architecture/");
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(location -> !PLANTED.includes(location) && !OWN.includes(location))
            .importPackages("dev.weft");

    static Stream<String> modules() {
        return ARROWS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleUsesOnlyWhatItsArrowsAllow(String module) {
        assertThat(MAIN.that(resideInAnyPackage("dev.weft." + module)))
                .as("classes of " + module + " on the class path")
                .isNotEmpty();
        arrows(module).check(MAIN);
    }

    @Test
    void everyModuleHasItsArrows() {
        Set<String> unknown = new TreeSet<>();
        for (JavaClass type : MAIN) {
            String module = type.getPackageName().substring("dev.weft.".length());
            if (!ARROWS.containsKey(module)) {
                unknown.add(type.getPackageName());
            }
        }
        assertThat(unknown).as("packages that are no module's one flat package").isEmpty();
    }

    @Test
    void thePlanesMeetAtCommonOnly() {
        planesMeetAtCommon().check(MAIN);
        noClasses()
                .that()
                .resideInAnyPackage(CONTROL_PLANE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(DATA_PLANE)
                .because("the control plane speaks xDS to any proxy; knowing ours would make a dialect of it")
                .check(MAIN);
        noClasses()
                .that()
                .resideInAnyPackage(COMMON)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(join(DATA_PLANE, CONTROL_PLANE))
                .because("what both planes share knows neither")
                .check(MAIN);
    }

    @Test
    void pureModulesKnowNoChannelNoCallNoCluster() {
        pure().check(MAIN);
    }

    @Test
    void theProxyStaysSmall() {
        smallProxy().check(MAIN);
    }

    @Test
    void theProxyHasOneHttp2() {
        ownHttp2().check(MAIN);
    }

    @Test
    void readingConfigurationStartsFast() {
        noClasses()
                .that()
                .resideInAnyPackage(packages("xdsschema", "xdsmodel"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..", "java.util.regex..", "java.lang.invoke.MethodHandles..")
                .because("exec to ready is 0.8 s: no reflection and no regular expression while reading a bootstrap")
                .check(MAIN);
    }

    @Test
    void theShopKnowsNothingOfWeft() {
        noClasses()
                .that()
                .resideInAPackage("dev.weft.shop..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.weft..").and(nonShop()))
                .because("its services stand for applications that were there before the mesh")
                .check(MAIN);
    }

    @Test
    void thereIsNoCycle() {
        slices().matching("dev.weft.(*)")
                .should()
                .beFreeOfCycles()
                .because("a cycle makes two modules one")
                .check(MAIN);
    }

    @Test
    void recordsOfTheModelAreImmutable() {
        classes()
                .that()
                .resideInAPackage("dev.weft.xdsmodel")
                .and()
                .areRecords()
                .should()
                .haveOnlyFinalFields()
                .because("a snapshot is shared by all loops")
                .check(MAIN);
    }

    /** The rules can fail: each catches a class planted for it in the tests of this module. */
    @Test
    void theRulesCatchAPlantedBreach() {
        JavaClasses planted = new ClassFileImporter()
                .withImportOption(PLANTED)
                .importPackages("dev.weft.balance", "dev.weft.meshmodel", "dev.weft.upstream");
        assertThat(breaches(pure(), planted)).contains("PlantedChannel").contains("io.netty.channel.Channel");
        assertThat(breaches(smallProxy(), planted)).contains("PlantedProtobuf").contains("com.google.protobuf");
        assertThat(breaches(ownHttp2(), planted)).contains("PlantedHttp2").contains("io.netty.handler.codec.http2");
        assertThat(breaches(planesMeetAtCommon(), planted)).contains("PlantedMesh");
        assertThat(breaches(arrows("meshmodel"), planted))
                .contains("PlantedArrow")
                .contains("dev.weft.upstream");
        assertThat(breaches(arrows("balance"), planted)).doesNotContain("PlantedChannel");
    }

    private static ArchRule arrows(String module) {
        Set<String> allowed = new TreeSet<>(Set.of(module));
        reach(module, allowed);
        List<String> forbidden = new ArrayList<>(ARROWS.keySet());
        forbidden.removeAll(allowed);
        return noClasses()
                .that()
                .resideInAPackage("dev.weft." + module)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(forbidden.toArray(String[]::new)))
                .allowEmptyShould(true)
                .because(module + " may use " + ARROWS.get(module) + " and what those use (ARCHITECTURE.md)");
    }

    private static void reach(String module, Set<String> allowed) {
        for (String next : ARROWS.get(module)) {
            if (allowed.add(next)) {
                reach(next, allowed);
            }
        }
    }

    private static ArchRule planesMeetAtCommon() {
        return noClasses()
                .that()
                .resideInAnyPackage(DATA_PLANE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CONTROL_PLANE)
                .because("a proxy works under any xDS control plane; it must not know ours");
    }

    private static ArchRule pure() {
        return noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel..",
                        "io.netty.bootstrap..",
                        "io.grpc..",
                        "io.fabric8..",
                        "io.kubernetes..",
                        "java.net.http..",
                        "java.nio.channels..")
                .because("pure modules are tested as functions; a channel, a call or a cluster makes that impossible");
    }

    private static ArchRule smallProxy() {
        return noClasses()
                .that()
                .resideInAnyPackage(join(COMMON, DATA_PLANE))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.google.protobuf..",
                        "io.envoyproxy..",
                        "io.grpc..",
                        "com.google.common..",
                        "com.fasterxml..",
                        "tools.jackson..",
                        "org.bouncycastle..",
                        "picocli..",
                        "org.snakeyaml..",
                        "io.fabric8..",
                        "org.slf4j..")
                .because("generated protobuf and grpc-java alone cost a sidecar 36 MB and 0.45 CPU-s at start");
    }

    private static ArchRule ownHttp2() {
        return noClasses()
                .that()
                .resideInAnyPackage(DATA_PLANE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.handler.codec.http2..")
                .because("the proxy has one HTTP/2, its own, for traffic and for the control plane (ADR 12)");
    }

    private static com.tngtech.archunit.base.DescribedPredicate<JavaClass> nonShop() {
        return com.tngtech.archunit.base.DescribedPredicate.describe(
                "outside the shop", type -> !type.getPackageName().startsWith("dev.weft.shop"));
    }

    private static String breaches(ArchRule rule, JavaClasses classes) {
        return String.join("\n", rule.evaluate(classes).getFailureReport().getDetails());
    }

    private static String[] packages(String... modules) {
        return Arrays.stream(modules).map(module -> "dev.weft." + module).toArray(String[]::new);
    }

    private static String[] join(String[] some, String[] more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
    }
}
