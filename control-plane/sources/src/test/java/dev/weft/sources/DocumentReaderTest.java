package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.HealthCheck;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentReaderTest {
    private static List<String> errors(String text) {
        return DocumentReader.read(text).diagnostics().stream()
                .map(d -> d.code() + " " + d.path() + ": " + d.problem() + "; " + d.hint())
                .toList();
    }

    private static String policy(String spec) {
        return "apiVersion: weft.dev/v1\nkind: TrafficPolicy\nmetadata: {name: p}\nspec: " + spec + "\n";
    }

    private static String route(String spec) {
        return "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n"
                + spec.indent(2);
    }

    @Test
    void aHealthCheckAsksOneThing() {
        String targets = "{targetRefs: [{name: a}], healthCheck: ";
        TrafficPolicy read = (TrafficPolicy)
                DocumentReader.read(policy(targets + "{http: {path: /up}}}")).resource();
        assertThat(read.healthCheck())
                .isEqualTo(new HealthCheck(
                        new HealthCheck.Http("/up", null, List.of()),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        2,
                        3));
        assertThat(errors(policy(targets + "{http: {path: up, expectedStatuses: [99]}, tcp: {}, interval: 0s}}")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.healthCheck: exactly one of http, grpc and tcp says what is asked; tcp: {}",
                        "bad-value spec.healthCheck.http.path: must start with /; /healthz",
                        "out-of-range spec.healthCheck.http.expectedStatuses[0]: must be 100 to 599 (got 99); ",
                        "out-of-range spec.healthCheck.interval: must be more than zero; remove it for 5s");
        assertThat(errors(policy(targets + "{}}")))
                .containsExactly(
                        "bad-value spec.healthCheck: exactly one of http, grpc and tcp says what is asked; tcp: {}");
    }

    @Test
    void aSubsetIsNamedAfterItsService() {
        String subset = "apiVersion: weft.dev/v1\nkind: Subset\nmetadata: {name: %s}\nspec: {service: a, labels: %s}\n";
        Subset read = (Subset)
                DocumentReader.read(subset.formatted("a.v1", "{version: v1}")).resource();
        assertThat(read)
                .isEqualTo(new Subset(
                        new ResourceKey(Kind.SUBSET, "default", "a.v1"),
                        ResourceKey.service("default", "a"),
                        Map.of("version", "v1")));
        assertThat(errors(subset.formatted("b.v1", "{}")))
                .containsExactly(
                        "bad-value spec.labels: must not be empty; that would be the Service",
                        "bad-name metadata.name: must be 'a.' and a name other than 'tcp' (got 'b.v1'); e.g. a.v1");
        assertThat(errors(subset.formatted("a.tcp", "{version: v1}")))
                .containsExactly(
                        "bad-name metadata.name: must be 'a.' and a name other than 'tcp' (got 'a.tcp'); e.g. a.v1");
        assertThat(errors(policy("{targetRefs: [{group: weft.dev, kind: Subset, name: a.v1}]}")))
                .isEmpty();
    }

    @Test
    void syntaxErrorHasItsPlace() {
        ParsedDocument parsed = DocumentReader.read("a: 1\nb: [1, 2\nc: 3\n");
        assertThat(parsed.key()).isNull();
        assertThat(parsed.unidentified()).isTrue();
        Diagnostic error = parsed.diagnostics().getFirst();
        assertThat(error.code()).isEqualTo("yaml-syntax");
        assertThat(error.location().line()).isEqualTo(3);
    }

    @Test
    void unknownKindsAreTold() {
        assertThat(errors("apiVersion: v1\nkind: Servce\nmetadata: {name: a}\nspec: {}\n"))
                .containsExactly("unknown-kind kind: unknown kind 'Servce'; did you mean 'Service'?");
        assertThat(errors("apiVersion: v2\nkind: Service\nmetadata: {name: a}\nspec: {}\n"))
                .containsExactly("unknown-kind apiVersion: there is no Service in 'v2'; write apiVersion: v1");
        assertThat(errors("metadata: {name: a}\n"))
                .containsExactly(
                        "missing-field : needs the field 'apiVersion'; ", "missing-field : needs the field 'kind'; ");
    }

    @Test
    void foreignKindIsNotTakenForOneOfOurs() {
        ParsedDocument deployment =
                DocumentReader.read("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {x: 1}\n");
        assertThat(deployment.unidentified()).isFalse();
        assertThat(DocumentReader.read("apiVersion: v1\nkind: Servce\nmetadata: {name: a}\n")
                        .unidentified())
                .isTrue();
    }

    @Test
    void namesAreChecked() {
        assertThat(errors("apiVersion: v1\nkind: Service\nmetadata: {name: A_b}\nspec: {ports: [{port: 80}]}\n"))
                .singleElement()
                .asString()
                .startsWith("bad-name metadata.name: is not a valid name: 'A_b'");
        assertThat(errors("apiVersion: v1\nkind: Service\nmetadata: {name: a.b}\nspec: {ports: [{port: 80}]}\n"))
                .hasSize(1);
        assertThat(errors("apiVersion: weft.dev/v1\nkind: Mesh\nmetadata: {name: m, namespace: x}\nspec: {}\n"))
                .containsExactly("bad-name metadata.namespace: a Mesh has no namespace; remove the field");
    }

    @Test
    void wrongTypesAreTold() {
        assertThat(errors("""
                apiVersion: weft.dev/v1
                kind: Workload
                metadata: {name: w, labels: {version: 1}}
                spec:
                  address: payments.example
                  ports: {port: 80}
                  weight: many
                  tls: maybe
                """))
                .containsExactly(
                        "wrong-type metadata.labels.version: must be a string (got '1'); write \"1\" with quotes",
                        "bad-value spec.address: is not an IP address: 'payments.example'; names are not looked up; write the"
                                + " address",
                        "wrong-type spec.ports: must be a list (got a mapping); ",
                        "wrong-type spec.weight: must be a whole number (got 'many'); ",
                        "bad-value spec.tls: is not one of its values (got 'maybe'); use one of mutual, plaintext");
    }

    @Test
    void sameFieldTwiceIsAnError() {
        assertThat(errors(policy("{targetRefs: [{name: a}], targetRefs: [{name: b}]}")))
                .containsExactly("duplicate-field spec.targetRefs: is there twice; remove one of them");
    }

    @Test
    void durationsAreThoseOfGatewayApi() {
        assertThat(errors(policy("{targetRefs: [{name: a}], timeouts: {connect: 1.5s, request: -1s, idle: 5}}")))
                .containsExactly(
                        "bad-duration spec.timeouts.connect: is not a duration (got '1.5s'); write whole numbers with"
                                + " h, m, s or ms, e.g. 500ms or 1m30s",
                        "bad-duration spec.timeouts.request: is not a duration (got '-1s'); write whole numbers with"
                                + " h, m, s or ms, e.g. 500ms or 1m30s",
                        "wrong-type spec.timeouts.idle: must be a string (got '5'); write \"5\" with quotes");
        assertThat(errors(policy("{targetRefs: [{name: a}], timeouts: {connect: 0s}}")))
                .hasSize(1);
    }

    @Test
    void enumerationsSuggestTheNearestWord() {
        assertThat(errors(policy("{targetRefs: [{name: a}], loadBalancer: {simple: roundRobin}}")))
                .singleElement()
                .asString()
                .contains("did you mean 'ROUND_ROBIN'?");
    }

    @Test
    void routeErrorsAreAllFound() {
        assertThat(errors(route("""
                parentRefs: [{kind: Service, name: a}]
                rules:
                - matches:
                  - path: {type: Prefix, value: /a}
                  - path: {value: a//b}
                  - path: {type: RegularExpression, value: "("}
                  - headers: [{name: x, type: RegularExpression, value: "(?=a)"}]
                  - method: get
                  filters: [{type: RequestHeaderModifer}]
                  backendRefs: [{name: a, port: 0, weight: -1}, {kind: Pod, name: b, port: 80}]
                  timeouts: {request: 1s, backendRequest: 2s}
                  retries: 3
                """)))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.parentRefs[0]",
                        "bad-value spec.rules[0].matches[0].path.type",
                        "bad-value spec.rules[0].matches[1].path.value",
                        "bad-regex spec.rules[0].matches[2].path.value",
                        "bad-regex spec.rules[0].matches[3].headers[0].value",
                        "bad-value spec.rules[0].matches[4].method",
                        "bad-value spec.rules[0].filters[0].type",
                        "out-of-range spec.rules[0].backendRefs[0].port",
                        "out-of-range spec.rules[0].backendRefs[0].weight",
                        "out-of-range spec.rules[0].timeouts.backendRequest",
                        "unknown-field spec.rules[0].retries");
    }

    /** Any proxy would refuse all routes of the port for one of these. */
    @Test
    void headerFieldsThatCannotBeAreFound() {
        String edits = """
                {set: [{name: "x\\r\\ny", value: "a\\nb"}, {name: Host, value: v}, {name: "a b", value: v}],
                 add: [{name: ":path", value: /v}, {name: content-length, value: "5"}, {name: ok, value: "\\x01"}],
                 remove: [x-gone, Connection]}""";
        assertThat(errors(route("""
                parentRefs: [{kind: Service, group: "", name: a}]
                rules:
                - matches: [{headers: [{name: "a b", value: v}, {name: ":path", value: /}, {name: X-Ok, value: v}]}]
                  filters: [{type: RequestHeaderModifier, requestHeaderModifier: %s}]
                  backendRefs: [{name: a, port: 80}]
                """.formatted(edits.replace("\n", " ")))))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.rules[0].matches[0].headers[0].name",
                        "bad-value spec.rules[0].matches[0].headers[1].name",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.set[0].name",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.set[0].value",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.set[1].name",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.set[2].name",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.add[0].name",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.add[1].name",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.add[2].value",
                        "bad-value spec.rules[0].filters[0].requestHeaderModifier.remove[1]");
    }

    /** Gateway API's own rules for them (the XValidation lines of HTTPRouteRule and its filters). */
    @Test
    void filtersThatCannotGoTogetherAreFound() {
        assertThat(errors(route("""
                parentRefs: [{kind: Service, group: "", name: a}]
                rules:
                - filters: [{type: RequestRedirect, requestRedirect: {statusCode: 304, hostname: "a b", scheme: ftp}}]
                  backendRefs: [{name: a, port: 80}]
                - filters:
                  - {type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: new}}}
                  - {type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replacePrefixMatch: /a}}}
                - matches: [{path: {value: /a}}, {path: {value: /b}}]
                  filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /c}}}]
                - matches: [{path: {type: Exact, value: /a}}]
                  filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplacePrefixMatch, replacePrefixMatch: "/c d"}}}]
                - filters:
                  - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-A, value: b}], remove: [x-a]}}
                  - {type: RequestHeaderModifier, requestHeaderModifier: {}}
                """)))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.rules[0].backendRefs",
                        "bad-value spec.rules[0].filters[0].requestRedirect.statusCode",
                        "bad-name spec.rules[0].filters[0].requestRedirect.hostname",
                        "bad-value spec.rules[0].filters[0].requestRedirect.scheme",
                        "bad-value spec.rules[1].filters",
                        "bad-value spec.rules[1].filters[0].requestRedirect.path.replaceFullPath",
                        "bad-value spec.rules[1].filters[1].urlRewrite.path",
                        "missing-field spec.rules[1].filters[1].urlRewrite.path",
                        "bad-value spec.rules[2].filters",
                        "bad-value spec.rules[3].filters",
                        "bad-value spec.rules[3].filters[0].requestRedirect.path.replacePrefixMatch",
                        "bad-value spec.rules[4].filters[0].requestHeaderModifier",
                        "bad-value spec.rules[4].filters[1].type");
    }

    @Test
    void grpcRoutesAndGrantsAreRead() {
        assertThat(errors("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GRPCRoute
                metadata: {name: a}
                spec:
                  parentRefs: [{kind: Service, group: "", name: a}]
                  rules:
                  - matches:
                    - {method: {service: shop.Orders, method: Place}}
                    - {method: {type: RegularExpression, service: "shop[.].*"}}
                    - {method: {service: shop/Orders}}
                    - {method: {method: "Place it"}}
                    - {method: {}}
                    - {method: {type: RegularExpression, method: "("}}
                    - {headers: [{name: "a b", value: c}]}
                    filters: [{type: URLRewrite, urlRewrite: {}}]
                    timeouts: {request: 1s}
                """))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.rules[0].matches[2].method.service",
                        "bad-value spec.rules[0].matches[3].method.method",
                        "missing-field spec.rules[0].matches[4].method",
                        "bad-regex spec.rules[0].matches[5].method.method",
                        "bad-value spec.rules[0].matches[6].headers[0].name",
                        "bad-value spec.rules[0].filters[0].type",
                        "unknown-field spec.rules[0].filters[0].urlRewrite",
                        "unknown-field spec.rules[0].timeouts");
        assertThat(errors("""
                apiVersion: gateway.networking.k8s.io/v1beta1
                kind: ReferenceGrant
                metadata: {name: a}
                spec: {from: [{kind: HTTPRoute}], to: []}
                """))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "missing-field spec.from[0]", "missing-field spec.from[0]", "missing-field spec");
    }

    @Test
    void routesOfConnectionsAreRead() {
        assertThat(errors("""
                apiVersion: gateway.networking.k8s.io/v1alpha2
                kind: TLSRoute
                metadata: {name: a}
                spec:
                  parentRefs: [{kind: Service, group: "", name: a}]
                  hostnames: [a.example, "*.example", "*", 10.0.0.1, "a.*.example"]
                  rules: [{backendRefs: [{name: a, port: 443, filters: []}]}, {backendRefs: []}]
                """))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-name spec.hostnames[2]",
                        "bad-name spec.hostnames[3]",
                        "bad-name spec.hostnames[4]",
                        "bad-value spec.rules",
                        "unknown-field spec.rules[0].backendRefs[0].filters");
        assertThat(errors("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: TCPRoute
                metadata: {name: a}
                spec: {hostnames: [a], rules: []}
                """))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder("bad-value spec.rules", "unknown-field spec.hostnames");
    }

    @Test
    void faultPoliciesAndFurtherFiltersAreRead() {
        assertThat(errors("""
                apiVersion: weft.dev/v1
                kind: FaultPolicy
                metadata: {name: a}
                spec:
                  targetRefs: [{group: "", kind: Service, name: a}, {group: apps, kind: Deployment, name: a}]
                  delay: {fixedDelay: 0s, percentage: 101}
                  abort: {httpStatus: 503, grpcStatus: UNAVAILBLE}
                """))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.targetRefs[1]",
                        "out-of-range spec.delay.fixedDelay",
                        "out-of-range spec.delay.percentage",
                        "bad-value spec.abort.grpcStatus",
                        "missing-field spec.abort");
        assertThat(errors("apiVersion: weft.dev/v1\nkind: FaultPolicy\nmetadata: {name: a}\nspec: {}\n"))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder("missing-field spec", "missing-field spec");
        assertThat(errors(route("""
                parentRefs: [{kind: Service, group: "", name: a}]
                rules:
                - filters:
                  - {type: CORS, cors: {allowOrigins: ["*", "https://a.example"], allowMethods: ["G T"], maxAge: 0}}
                  - {type: RequestMirror, requestMirror: {percent: 10, fraction: {numerator: 2, denominator: 1}}}
                  backendRefs: [{name: a, port: 80}]
                """)))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.rules[0].filters[0].cors.allowOrigins",
                        "bad-value spec.rules[0].filters[0].cors.allowMethods[0]",
                        "out-of-range spec.rules[0].filters[0].cors.maxAge",
                        "missing-field spec.rules[0].filters[1].requestMirror",
                        "bad-value spec.rules[0].filters[1].requestMirror",
                        "out-of-range spec.rules[0].filters[1].requestMirror.fraction.numerator");
    }

    @Test
    void balancersThatCannotBeAreFound() {
        assertThat(errors("""
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: a}
                spec:
                  targetRefs: [{name: a}]
                  loadBalancer:
                    simple: RANDOM
                    consistentHash:
                      httpHeaderName: "a b"
                      useSourceIp: true
                      ringHash: {minimumRingSize: 0}
                      maglev: {tableSize: 65536}
                    warmup: {duration: 0s, minimumPercent: 0, aggression: 0}
                    aperture: {size: 0}
                """))
                .extracting(text -> text.substring(0, text.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "bad-value spec.loadBalancer",
                        "bad-value spec.loadBalancer.consistentHash",
                        "bad-value spec.loadBalancer.consistentHash",
                        "bad-value spec.loadBalancer.consistentHash.httpHeaderName",
                        "out-of-range spec.loadBalancer.consistentHash.ringHash.minimumRingSize",
                        "bad-value spec.loadBalancer.consistentHash.maglev.tableSize",
                        "out-of-range spec.loadBalancer.warmup.duration",
                        "out-of-range spec.loadBalancer.warmup.minimumPercent",
                        "out-of-range spec.loadBalancer.warmup.aggression",
                        "out-of-range spec.loadBalancer.aperture.size");
    }

    /** Java's dialect is another one: what it takes more would be refused by every proxy. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a{1001}",
                "/(a{100}){100}",
                "/\\R",
                "/\\h",
                "/a\\Z",
                "/(?x)a",
                "/\\p{javaLowerCase}",
                "(a)\\1",
                "(?=a)",
                "a++",
                "("
            })
    void whatIsNoRe2OrTooLargeIsRefused(String regex) {
        assertThat(errors(matching(regex)))
                .singleElement()
                .asString()
                .startsWith("bad-regex spec.rules[0].matches[0].path.value: is ");
    }

    @Test
    void regexTooLongToBeCompiledIsRefused() {
        String bad = "bad-regex spec.rules[0].matches[0].path.value: is longer than 4096 characters; ";
        assertThat(errors(matching("(".repeat(50_000) + ")".repeat(50_000)))).containsExactly(bad);
        assertThat(errors(matching("/[" + "a".repeat(4095) + "]"))).containsExactly(bad);
        assertThat(errors(matching("/[" + "a".repeat(4093) + "]"))).isEmpty();
        assertThat(errors(matching("(".repeat(2048) + ")".repeat(2048))))
                .singleElement()
                .asString()
                .contains("is too large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(?P<n>x)", "/v[0-9]+(/.*)?", "/a{900}", "(?i)/\\pL+", "\\Q*+\\E"})
    void re2IsTaken(String regex) {
        assertThat(errors(matching(regex))).isEmpty();
    }

    private static String matching(String regex) {
        return route("""
                parentRefs: [{group: "", kind: Service, name: a}]
                rules:
                - matches: [{path: {type: RegularExpression, value: '%s'}}]
                """.formatted(regex));
    }

    @Test
    void fieldsOfGatewayApiThatWeDoNotUseAreWarnings() {
        ParsedDocument parsed = DocumentReader.read(route("""
                hostnames: [example.org]
                parentRefs: [{name: some-gateway}]
                rules: [{backendRefs: [{name: a, port: 80}], retry: {attempts: 3},
                  sessionPersistence: {absoluteTimeout: 1h, idleTimeout: 1h}}]
                """));
        assertThat(parsed.resource()).isNotNull();
        assertThat(parsed.diagnostics())
                .allMatch(d -> d.severity() == Diagnostic.Severity.WARNING)
                .extracting(Diagnostic::path)
                .containsExactlyInAnyOrder(
                        "spec.hostnames",
                        "spec.parentRefs[0]",
                        "spec.rules[0].retry",
                        "spec.rules[0].sessionPersistence.idleTimeout",
                        "spec.rules[0].sessionPersistence.absoluteTimeout");
    }

    @Test
    void whatKubernetesAddsIsPassedOver() {
        assertThat(errors("""
                apiVersion: v1
                kind: Service
                metadata: {name: a, uid: x, resourceVersion: "1", annotations: {a: b}, creationTimestamp: null}
                spec: {ports: [{port: 80, protocol: TCP}], selector: null}
                status: {loadBalancer: {}}
                """)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "http,-,HTTP", "HTTP,x,HTTP", "grpc,-,GRPC", "kubernetes.io/h2c,-,HTTP2", "mysql,http,TCP",
                "-,http,HTTP", "-,http-web,HTTP", "-,httpweb,UNDECLARED", "-,grpc-api,GRPC", "-,tcp,TCP",
                "-,mysql-a,TCP", "-,web,UNDECLARED", "-,-,UNDECLARED"
            })
    void protocolIsDeclaredByAppProtocolThenByName(String appProtocol, String name, String expected) {
        assertThat(ServiceReader.protocol(appProtocol, name)).hasToString(expected);
    }

    /** Whoever connects to such a port waits for the server: looking at its first bytes would only delay it. */
    @Test
    void anUndeclaredPortOfAServerFirstProtocolIsOpaque() {
        String document = """
                apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {ports: [{name: mail, port: 25}, {name: api, port: 3306, appProtocol: http}, {name: pg, port: 5432}]}
                """;
        assertThat(DocumentReader.read(document).diagnostics()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Diagnostic.Severity.INFO);
            assertThat(finding.code()).isEqualTo("server-first-port");
            assertThat(finding.path()).isEqualTo("spec.ports[0].port");
        });
    }

    @Test
    void manyAliasesAreRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(errors(bomb.toString())).singleElement().asString().startsWith("yaml-syntax");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- ", "? "})
    void deepNestingIsRefusedWhereItBecomesTooDeep(String level) {
        String refused =
                "yaml-syntax : is nested more than 64 levels deep; the document's last good version stays in use";
        assertThat(errors(level.repeat(100_000))).containsExactly(refused);
        assertThat(errors(level.repeat(65))).containsExactly(refused);
        assertThat(errors(level.repeat(64))).doesNotContain(refused);
        assertThat(DocumentReader.read("\n" + level.repeat(65)).diagnostics())
                .singleElement()
                .satisfies(d -> assertThat(d.location().line()).isEqualTo(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"&a {<<: *a}", "&a {<<: [*a]}", "&a [*a]", "&a {b: [{c: *a}]}"})
    void whatHoldsItselfIsRefused(String text) {
        assertThat(errors(text))
                .containsExactly("yaml-syntax : '*a' stands for what it is itself part of;"
                        + " the document's last good version stays in use");
    }

    @Test
    void whatTheScannerTripsOverIsASyntaxError() {
        assertThat(errors("a: \"\\UFFFFFFFF\"\n"))
                .singleElement()
                .asString()
                .startsWith("yaml-syntax : cannot be read: java.lang.NumberFormatException");
    }

    /** A line of 8 MB took more than a minute: the reader copied it anew for every KiB of it. */
    @ParameterizedTest
    @ValueSource(strings = {"# %s", "x: %s", "x: \"%s\"", "x: |\n  %s"})
    void longLineIsReadOnce(String field) {
        String text = policy("{targetRefs: [{name: a}]}") + field.formatted("x".repeat(8 << 20)) + "\n";
        long start = System.nanoTime();
        errors(text);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void wordOfMegabytesIsComparedWithNone() {
        String text = "apiVersion: v1\nkind: " + "x".repeat(8 << 20) + "\nmetadata: {name: a}\nspec: {}\n";
        long start = System.nanoTime();
        assertThat(errors(text)).singleElement().asString().contains("known kinds: ");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void documentTooLongToBeReadIsRefused() {
        assertThat(errors("#".repeat((16 << 20) + 1)))
                .containsExactly("yaml-syntax : is longer than 16 Mi characters;"
                        + " the document's last good version stays in use");
    }

    @Test
    void damagedTextNeverThrows() {
        Random random = new Random(7);
        String whole = ConfigDirectoryTest.SHOP;
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder(whole);
            for (int k = random.nextInt(1, 6); k > 0; k--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, "{}[]:,&*!|>'\"%@`#-?\t\n ".charAt(random.nextInt(22)));
                    default -> text.setCharAt(at, (char) random.nextInt(1, 0x250));
                }
            }
            for (DocumentText document : DocumentText.split(text.toString())) {
                ParsedDocument parsed = DocumentReader.read(document.text());
                boolean bad = parsed.diagnostics().stream().anyMatch(Diagnostic::isError);
                assertThat(parsed.diagnostics()).noneMatch(d -> d.problem().startsWith("cannot be read: "));
                assertThat(parsed.resource() == null).as(document.text()).isEqualTo(bad);
            }
        }
    }
}
