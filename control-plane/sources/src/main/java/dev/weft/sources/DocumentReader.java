package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.ResourceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Text of one document → resource or everything that is wrong with it. Pure. */
final class DocumentReader {
    private static final System.Logger LOG = System.getLogger(DocumentReader.class.getName());

    private DocumentReader() {}

    static ParsedDocument read(String text) {
        try {
            return read(text, new Findings());
        } catch (RuntimeException e) {
            // a mistake of the scanner (NumberFormatException for "\UFFFFFFFF") or of ours costs no other document
            LOG.log(System.Logger.Level.DEBUG, "a document could not be read", e);
            Findings findings = new Findings();
            findings.syntaxError("cannot be read: " + e, 0, 0);
            return rejected(findings, null);
        }
    }

    private static ParsedDocument read(String text, Findings findings) {
        Node root;
        try {
            Optional<Node> composed = YamlTree.compose(text);
            if (composed.isEmpty()) {
                findings.error("yaml-syntax", "", "is empty", "");
                return rejected(findings, null);
            }
            root = composed.get();
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine()).orElse(0);
            int column = e.getProblemMark().map(mark -> mark.getColumn()).orElse(0);
            String context = e.getContext() == null ? "" : e.getContext() + ": ";
            findings.syntaxError((context + e.getProblem()).replace('\n', ' '), line, column);
            return rejected(findings, null);
        } catch (YamlEngineException e) {
            findings.syntaxError(String.valueOf(e.getMessage()).replace('\n', ' '), 0, 0);
            return rejected(findings, null);
        }
        if (!(root instanceof MappingNode mapping)) {
            findings.place("", root);
            findings.error("wrong-type", "", "a document must be a mapping with apiVersion, kind and metadata", "");
            return rejected(findings, null);
        }
        return read(new FieldReader(findings, mapping, ""), findings);
    }

    private static ParsedDocument read(FieldReader document, Findings findings) {
        String apiVersion = document.requiredString("apiVersion");
        String kindName = document.requiredString("kind");
        FieldReader metadata = document.requiredObject("metadata");
        IstioKind foreign = IstioKind.of(apiVersion, kindName);
        if (foreign != null) {
            return IstioDocument.read(foreign, document, metadata, findings).parsed();
        }
        Kind kind = kind(document, apiVersion, kindName);
        if (kind == null) {
            boolean misspelt = kindName.isEmpty() || isNearKind(kindName);
            return new ParsedDocument(List.of(), misspelt, findings.diagnostics());
        }
        ResourceKey key = metadata == null ? null : key(kind, metadata);
        Map<String, String> labels = metadata == null ? Map.of() : metadata.stringMap("labels");
        FieldReader spec = document.requiredObject("spec");
        document.ignored("status");
        ResourceKey named = key == null ? new ResourceKey(kind, "default", "unnamed") : key;
        MeshResource resource = spec == null ? null : resource(named, labels, spec);
        findings.finish();
        if (key == null || findings.hasErrors()) {
            return rejected(findings, key);
        }
        return new ParsedDocument(
                List.of(new ParsedDocument.Part(key, resource, findings.places())), false, findings.diagnostics());
    }

    private static @Nullable MeshResource resource(ResourceKey key, Map<String, String> labels, FieldReader spec) {
        return switch (key.kind()) {
            case MESH -> MeshReader.read(key, spec);
            case SERVICE -> ServiceReader.read(key, labels, spec);
            case WORKLOAD -> WorkloadReader.read(key, labels, spec);
            case HTTP_ROUTE -> HttpRouteReader.read(key, spec);
            case GRPC_ROUTE -> GrpcRouteReader.read(key, spec);
            case TLS_ROUTE -> StreamRouteReader.tls(key, spec);
            case TCP_ROUTE -> StreamRouteReader.tcp(key, spec);
            case REFERENCE_GRANT -> ReferenceGrantReader.read(key, spec);
            case FAULT_POLICY -> FaultPolicyReader.read(key, spec);
            case HTTP_ROUTE_FILTER -> HttpRouteFilterReader.read(key, spec);
            case TRAFFIC_POLICY -> TrafficPolicyReader.read(key, spec);
            case SUBSET -> SubsetReader.read(key, spec);
        };
    }

    private static @Nullable Kind kind(FieldReader document, String apiVersion, String kindName) {
        List<String> names = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (kind.documentName().equals(kindName)) {
                if (kind.isApiVersion(apiVersion)) {
                    return kind;
                }
                if (!apiVersion.isEmpty()) {
                    document.findings()
                            .error(
                                    "unknown-kind",
                                    "apiVersion",
                                    "there is no " + kindName + " in '" + apiVersion + "'",
                                    "write apiVersion: " + kind.apiVersion());
                }
                return null;
            }
            names.add(kind.documentName());
        }
        if (!kindName.isEmpty()) {
            document.findings()
                    .error(
                            "unknown-kind",
                            "kind",
                            "unknown kind '" + kindName + "'",
                            Suggestion.hint(
                                    kindName,
                                    names,
                                    "known kinds: " + String.join(", ", names) + "; of Istio's: " + IstioKind.names()));
        }
        return null;
    }

    private static boolean isNearKind(String kindName) {
        List<String> names = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            names.add(kind.documentName());
        }
        return Suggestion.of(kindName, names) != null;
    }

    static @Nullable ResourceKey key(Kind kind, FieldReader metadata) {
        String name = metadata.requiredString("name");
        String namespace = metadata.string("namespace");
        metadata.ignored(
                "annotations",
                "generateName",
                "selfLink",
                "uid",
                "resourceVersion",
                "generation",
                "creationTimestamp",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
                "ownerReferences",
                "finalizers",
                "managedFields");
        if (name.isEmpty()) {
            return null;
        }
        // a Service's name becomes a DNS label; other names are subdomains, as in Kubernetes
        boolean valid = kind == Kind.SERVICE ? Names.isLabel(name) : Names.isSubdomain(name);
        if (!valid) {
            metadata.findings()
                    .error("bad-name", metadata.at("name"), "is not a valid name: '" + name + "'", Names.RULE);
        }
        if (kind == Kind.MESH) {
            if (namespace != null) {
                metadata.findings()
                        .error("bad-name", metadata.at("namespace"), "a Mesh has no namespace", "remove the field");
            }
            return valid ? MeshSettings.DEFAULT.key() : null; // there is one; a second one is a duplicate by any name
        }
        if (namespace != null && !Names.isLabel(namespace)) {
            metadata.findings()
                    .error(
                            "bad-name",
                            metadata.at("namespace"),
                            "is not a valid namespace: '" + namespace + "'",
                            Names.RULE);
            return null;
        }
        return valid ? new ResourceKey(kind, namespace == null ? "default" : namespace, name) : null;
    }

    private static ParsedDocument rejected(Findings findings, @Nullable ResourceKey key) {
        List<ParsedDocument.Part> parts =
                key == null ? List.of() : List.of(new ParsedDocument.Part(key, null, findings.places()));
        return new ParsedDocument(parts, key == null, findings.diagnostics());
    }
}
