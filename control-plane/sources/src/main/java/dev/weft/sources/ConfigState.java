package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.base.Diagnostic.Location;
import dev.weft.base.Diagnostic.Severity;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.SourceUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Texts of files → source updates, without I/O. Remembers the last good version of every document: a document that is
 * wrong, or cannot be read far enough to say whose it is, takes nothing away. Confined to one thread.
 */
final class ConfigState {
    static final String SOURCE = "files";

    private final Map<String, FileState> files = new TreeMap<>();
    private Map<ResourceKey, Good> good = new HashMap<>();
    private Map<ResourceKey, Good> sent = Map.of();
    private @Nullable List<Diagnostic> reported;

    /** A file as last seen; {@code problem} when it cannot be read now. */
    private record FileState(
            List<Document> documents, @Nullable Diagnostic problem) {}

    private record Document(String file, DocumentText text, ParsedDocument parsed) {}

    /** The version of a resource that is in use. */
    record Good(MeshResource resource, Provenance provenance, String text) {}

    /** The file now reads like this. Documents whose text is unchanged are not parsed again. */
    void put(String file, String text) {
        Map<String, ParsedDocument> known = new HashMap<>();
        FileState before = files.get(file);
        if (before != null) {
            before.documents.forEach(document -> known.put(document.text.text(), document.parsed));
        }
        List<Document> documents = new ArrayList<>();
        for (DocumentText document : DocumentText.split(text)) {
            ParsedDocument parsed = known.get(document.text());
            documents.add(new Document(file, document, parsed == null ? DocumentReader.read(document.text()) : parsed));
        }
        files.put(file, new FileState(documents, null));
    }

    /** The file is there and cannot be read: its documents stay as they were. */
    void unreadable(String file, String code, String problem) {
        FileState before = files.get(file);
        Diagnostic diagnostic = new Diagnostic(
                Severity.ERROR, code, "", problem, "its last good content stays in use", new Location(file, 1, 1));
        files.put(file, new FileState(before == null ? List.of() : before.documents, diagnostic));
    }

    /** The file is gone. */
    void remove(String file) {
        files.remove(file);
    }

    /** Whether the file had documents when last read. */
    boolean hasDocuments(String file) {
        FileState state = files.get(file);
        return state != null && !state.documents.isEmpty();
    }

    /** Whether anything cannot be used as it stands, so that last good versions from an earlier run matter. */
    boolean hasBadDocuments() {
        return files.values().stream()
                .anyMatch(file -> file.problem != null
                        || file.documents.stream().anyMatch(document -> document.parsed.resource() == null));
    }

    /** Last good versions from an earlier run; those that turn out to be gone or replaced are forgotten by {@link #settle}. */
    void seed(Map<ResourceKey, Good> earlier) {
        earlier.forEach(good::putIfAbsent);
    }

    /** The last good version of everything. */
    Map<ResourceKey, Good> good() {
        return good;
    }

    /** What changed since the last call: upserts, removals, and all diagnostics if they differ. */
    List<SourceUpdate> settle() {
        List<Diagnostic> diagnostics = new ArrayList<>();
        Map<ResourceKey, List<Document>> claims = new LinkedHashMap<>();
        for (Map.Entry<String, FileState> file : files.entrySet()) {
            if (file.getValue().problem != null) {
                diagnostics.add(file.getValue().problem);
            }
            for (Document document : file.getValue().documents) {
                for (Diagnostic found : document.parsed.diagnostics()) {
                    diagnostics.add(inFile(found, document));
                }
                if (document.parsed.key() != null) {
                    claims.computeIfAbsent(document.parsed.key(), key -> new ArrayList<>())
                            .add(document);
                }
            }
        }
        Map<ResourceKey, Good> next = new HashMap<>();
        claims.forEach((key, documents) -> {
            Good now = choose(key, documents, diagnostics);
            if (now != null) {
                next.put(key, now);
            }
        });
        good.forEach((key, last) -> {
            if (!claims.containsKey(key) && mayStillBeIn(last.provenance.file())) {
                next.put(key, last);
            }
        });
        good = next;
        return updates(next, diagnostics);
    }

    /** The document that speaks for the key: the one that did so far, else the first; the others are reported. */
    private @Nullable Good choose(ResourceKey key, List<Document> documents, List<Diagnostic> diagnostics) {
        Good last = good.get(key);
        Document owner = documents.getFirst();
        for (Document document : documents) {
            if (last != null && document.file.equals(last.provenance.file())) {
                owner = document;
                break;
            }
        }
        for (Document document : documents) {
            if (document != owner) {
                Provenance first = provenance(owner);
                diagnostics.add(Diagnostic.error(
                                "duplicate-name",
                                "metadata.name",
                                key + " is already defined at " + first.place(""),
                                "rename or remove one of them; this one is not used")
                        .at(place(document, "metadata.name")));
            }
        }
        MeshResource resource = owner.parsed.resource();
        if (resource == null) {
            return last;
        }
        if (last != null
                && last.text.equals(owner.text.text())
                && owner.file.equals(last.provenance.file())
                && owner.text.firstLine() == last.provenance.firstLine()) {
            return last;
        }
        return new Good(resource, provenance(owner), owner.text.text());
    }

    private boolean mayStillBeIn(@Nullable String file) {
        FileState state = file == null ? null : files.get(file);
        return state != null
                && (state.problem != null || state.documents.stream().anyMatch(d -> d.parsed.unidentified()));
    }

    private List<SourceUpdate> updates(Map<ResourceKey, Good> next, List<Diagnostic> diagnostics) {
        List<SourceUpdate> updates = new ArrayList<>();
        next.forEach((key, now) -> {
            if (sent.get(key) != now) {
                updates.add(new SourceUpdate.Upsert(now.resource, now.provenance));
            }
        });
        sent.keySet().forEach(key -> {
            if (!next.containsKey(key)) {
                updates.add(new SourceUpdate.Remove(SOURCE, key));
            }
        });
        sent = next;
        diagnostics.sort(Diagnostic.ORDER);
        if (!diagnostics.equals(reported)) {
            reported = List.copyOf(diagnostics);
            updates.add(new SourceUpdate.Reported(SOURCE, diagnostics));
        }
        return updates;
    }

    private static Provenance provenance(Document document) {
        return new Provenance(SOURCE, document.file, document.text.firstLine(), document.parsed.places());
    }

    private static Location place(Document document, String path) {
        Location place = provenance(document).place(path);
        return place == null ? new Location(document.file, document.text.firstLine(), 1) : place;
    }

    private static Diagnostic inFile(Diagnostic found, Document document) {
        Location place = found.location();
        int line = place == null ? 1 : place.line();
        int column = place == null ? 1 : place.column();
        return found.at(new Location(document.file, document.text.firstLine() + line - 1, column));
    }
}
