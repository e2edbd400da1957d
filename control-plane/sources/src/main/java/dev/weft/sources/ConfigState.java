package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.base.Diagnostic.Location;
import dev.weft.base.Diagnostic.Severity;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.SourceUpdate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Texts of files → source updates, without I/O. Remembers the last good version of every document: a document that is
 * wrong, or cannot be read far enough to say whose it is, takes nothing away. Confined to one thread.
 */
final class ConfigState {
    static final String SOURCE = "files";

    private final Map<String, FileState> files = new TreeMap<>();
    private final Map<ResourceKey, List<Document>> claims = new HashMap<>(); // by file, then place
    private final Map<String, Set<ResourceKey>> goodByFile = new HashMap<>();
    private final Map<ResourceKey, Good> good = new HashMap<>();
    private final Map<ResourceKey, Good> sent = new HashMap<>();
    private final Set<ResourceKey> touched = new HashSet<>(); // since the last settle
    private @Nullable Diagnostic ignored;
    private @Nullable List<Diagnostic> reported;

    /** A file as last seen; {@code problem} when it cannot be read now. */
    private record FileState(
            List<Document> documents, @Nullable Diagnostic problem) {}

    private static final Comparator<Document> BY_PLACE =
            Comparator.comparing(Document::file).thenComparing(document -> document.text.firstLine());

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
        replace(file, new FileState(documents, null));
    }

    /** The file is there and cannot be read: its documents stay as they were. */
    void unreadable(String file, String code, String problem) {
        FileState before = files.get(file);
        Diagnostic diagnostic = new Diagnostic(
                Severity.ERROR, code, "", problem, "its last good content stays in use", new Location(file, 1, 1));
        replace(file, new FileState(before == null ? List.of() : before.documents, diagnostic));
    }

    /** The file is gone. */
    void remove(String file) {
        replace(file, null);
    }

    /** What says that files are there which are not read; null when all are. Takes no document away. */
    void ignored(@Nullable Diagnostic finding) {
        ignored = finding;
    }

    private void replace(String file, @Nullable FileState now) {
        FileState before = now == null ? files.remove(file) : files.put(file, now);
        if (before != null) {
            for (Document document : before.documents) {
                for (ParsedDocument.Part part : document.parsed.parts()) {
                    List<Document> claimants = claims.get(part.key());
                    if (claimants != null) {
                        claimants.remove(document);
                        touched.add(part.key());
                    }
                }
            }
        }
        if (now != null) {
            for (Document document : now.documents) {
                for (ParsedDocument.Part part : document.parsed.parts()) {
                    List<Document> claimants = claims.computeIfAbsent(part.key(), key -> new ArrayList<>(1));
                    claimants.add(document);
                    claimants.sort(BY_PLACE);
                    touched.add(part.key());
                }
            }
        }
        // what may or may not still be in the file depends on how much of it can be read
        touched.addAll(goodByFile.getOrDefault(file, Set.of()));
    }

    /** Whether the file had documents when last read. */
    boolean hasDocuments(String file) {
        FileState state = files.get(file);
        return state != null && !state.documents.isEmpty();
    }

    /** Whether anything cannot be used as it stands, so that last good versions from an earlier run matter. */
    boolean hasBadDocuments() {
        return files.values().stream()
                .anyMatch(file ->
                        file.problem != null || file.documents.stream().anyMatch(document -> document.parsed.isBad()));
    }

    /** Last good versions from an earlier run; those that turn out to be gone or replaced are forgotten by {@link #settle}. */
    void seed(Map<ResourceKey, Good> earlier) {
        earlier.forEach((key, one) -> {
            if (!good.containsKey(key)) {
                setGood(key, one);
                touched.add(key);
            }
        });
    }

    private void setGood(ResourceKey key, @Nullable Good now) {
        Good before = now == null ? good.remove(key) : good.put(key, now);
        if (before != null) {
            Set<ResourceKey> keys = goodByFile.get(fileOf(before));
            if (keys != null) {
                keys.remove(key);
            }
        }
        if (now != null) {
            goodByFile.computeIfAbsent(fileOf(now), file -> new HashSet<>()).add(key);
        }
    }

    private static String fileOf(Good one) {
        return String.valueOf(one.provenance.file());
    }

    /** The last good version of everything. */
    Map<ResourceKey, Good> good() {
        return Collections.unmodifiableMap(good);
    }

    /** What changed since the last call: upserts, removals, and all diagnostics if they differ. */
    List<SourceUpdate> settle() {
        for (ResourceKey key : touched) {
            List<Document> documents = claims.getOrDefault(key, List.of());
            Good last = good.get(key);
            if (!documents.isEmpty()) {
                setGood(key, choose(key, documents, last));
            } else {
                claims.remove(key);
                if (last != null && !mayStillBeIn(last.provenance.file())) {
                    setGood(key, null);
                }
            }
        }
        List<SourceUpdate> updates = new ArrayList<>();
        for (ResourceKey key : touched) {
            Good now = good.get(key);
            if (now == null && sent.remove(key) != null) {
                updates.add(new SourceUpdate.Remove(SOURCE, key));
            } else if (now != null && sent.put(key, now) != now) {
                updates.add(new SourceUpdate.Upsert(now.resource, now.provenance));
            }
        }
        touched.clear();
        List<Diagnostic> diagnostics = diagnostics();
        if (!diagnostics.equals(reported)) {
            reported = diagnostics;
            updates.add(new SourceUpdate.Reported(SOURCE, diagnostics));
        }
        return updates;
    }

    private List<Diagnostic> diagnostics() {
        List<Diagnostic> diagnostics = new ArrayList<>();
        if (ignored != null) {
            diagnostics.add(ignored);
        }
        for (FileState file : files.values()) {
            if (file.problem != null) {
                diagnostics.add(file.problem);
            }
            for (Document document : file.documents) {
                for (Diagnostic found : document.parsed.diagnostics()) {
                    diagnostics.add(inFile(found, document));
                }
            }
        }
        claims.forEach((key, documents) -> {
            if (documents.size() > 1) {
                addDuplicates(key, documents, diagnostics);
            }
        });
        diagnostics.sort(Diagnostic.ORDER);
        return List.copyOf(diagnostics);
    }

    private void addDuplicates(ResourceKey key, List<Document> documents, List<Diagnostic> diagnostics) {
        Document owner = owner(documents, good.get(key));
        for (Document document : documents) {
            if (document != owner) {
                diagnostics.add(Diagnostic.error(
                                "duplicate-name",
                                "metadata.name",
                                key + " is already defined at " + place(owner, key, ""),
                                "rename or remove one of them; this one is not used")
                        .at(place(document, key, "metadata.name")));
            }
        }
    }

    /** The document that speaks for a key: the one that did so far, else the first; the others are reported. */
    private static Document owner(List<Document> documents, @Nullable Good last) {
        for (Document document : documents) {
            if (last != null && document.file.equals(last.provenance.file())) {
                return document;
            }
        }
        return documents.getFirst();
    }

    private static @Nullable Good choose(ResourceKey key, List<Document> documents, @Nullable Good last) {
        Document owner = owner(documents, last);
        ParsedDocument.Part part = owner.parsed.part(key);
        MeshResource resource = part == null ? null : part.resource();
        if (resource == null) {
            return last;
        }
        if (last != null
                && last.text.equals(owner.text.text())
                && owner.file.equals(last.provenance.file())
                && owner.text.firstLine() == last.provenance.firstLine()) {
            return last;
        }
        return new Good(resource, provenance(owner, key), owner.text.text());
    }

    private boolean mayStillBeIn(@Nullable String file) {
        FileState state = file == null ? null : files.get(file);
        return state != null
                && (state.problem != null || state.documents.stream().anyMatch(d -> d.parsed.unidentified()));
    }

    private static Provenance provenance(Document document, ResourceKey key) {
        ParsedDocument.Part part = document.parsed.part(key);
        return new Provenance(
                SOURCE, document.file, document.text.firstLine(), part == null ? Map.of() : part.places());
    }

    private static Location place(Document document, ResourceKey key, String path) {
        Location place = provenance(document, key).place(path);
        return place == null ? new Location(document.file, document.text.firstLine(), 1) : place;
    }

    private static Diagnostic inFile(Diagnostic found, Document document) {
        Location place = found.location();
        int line = place == null ? 1 : place.line();
        int column = place == null ? 1 : place.column();
        return found.at(new Location(document.file, document.text.firstLine() + line - 1, column));
    }
}
