package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.base.Diagnostic.Location;
import dev.weft.base.Diagnostic.Severity;
import dev.weft.meshmodel.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Files of Istio's documents → documents of ours as YAML, with all findings about them. Pure. */
public final class IstioImport {
    private final StringBuilder yaml = new StringBuilder();
    private final List<Diagnostic> diagnostics = new ArrayList<>();

    /** Reads one more file. Its documents of other kinds than Istio's are not printed; a finding names each. */
    public void add(String file, String text) {
        for (DocumentText document : DocumentText.split(text)) {
            Findings findings = new Findings();
            IstioDocument read = read(document.text(), findings);
            List<Diagnostic> found =
                    read == null ? notOurs(document.text()) : read.parsed().diagnostics();
            for (Diagnostic one : found) {
                Location place = one.location();
                diagnostics.add(one.at(new Location(
                        file,
                        document.firstLine() + (place == null ? 1 : place.line()) - 1,
                        place == null ? 1 : place.column())));
            }
            if (read != null) {
                read.documents().forEach(made -> print(file, document, made));
            }
        }
    }

    /** What was made, as one file. */
    public String yaml() {
        return yaml.toString();
    }

    /** Everything found, errors first. A document with an error gave nothing. */
    public List<Diagnostic> diagnostics() {
        return diagnostics.stream().sorted(Diagnostic.ORDER).toList();
    }

    private void print(String file, DocumentText document, Map<String, Object> made) {
        if (!yaml.isEmpty()) {
            yaml.append("---\n");
        }
        yaml.append("# from ")
                .append(file)
                .append(':')
                .append(document.firstLine())
                .append('\n')
                .append(Yaml.write(made));
    }

    /** Null if it is none of Istio's. */
    private static @org.jspecify.annotations.Nullable IstioDocument read(String text, Findings findings) {
        Node root;
        try {
            root = YamlTree.compose(text).orElse(null);
        } catch (YamlEngineException e) {
            return null; // said by our own reader
        }
        if (!(root instanceof MappingNode mapping)) {
            return null;
        }
        FieldReader document = new FieldReader(findings, mapping, "");
        String apiVersion = document.string("apiVersion");
        String kindName = document.string("kind");
        IstioKind kind = apiVersion == null || kindName == null ? null : IstioKind.of(apiVersion, kindName);
        return kind == null ? null : IstioDocument.read(kind, document, document.requiredObject("metadata"), findings);
    }

    /** What our own reader says of it; a sound one, and one of a kind that is neither's, is left alone. */
    private static List<Diagnostic> notOurs(String text) {
        ParsedDocument parsed = DocumentReader.read(text);
        List<Diagnostic> errors = parsed.diagnostics().stream()
                .filter(found -> found.isError() && (!found.code().equals("unknown-kind") || isIstio(text)))
                .toList();
        if (!errors.isEmpty()) {
            return errors;
        }
        Kind kind = parsed.parts().isEmpty()
                ? null
                : parsed.parts().getFirst().key().kind();
        return List.of(new Diagnostic(
                Severity.INFO,
                "not-istio",
                "kind",
                "is left out: it is not of Istio's kinds",
                kind == null ? "" : "a mesh reads it as it is",
                new Location("", 1, 1)));
    }

    private static boolean isIstio(String text) {
        return text.contains(".istio.io/");
    }
}
