package dev.weft.sources;

import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The last good documents on disk, so that a control plane that restarts over a bad file serves what it served before.
 * One YAML file; each document is headed by the file and line it came from. Confined to one thread.
 */
final class LastGood {
    private static final String HEAD = "--- # weft ";

    private final Path file;
    private Map<ResourceKey, ConfigState.Good> saved = Map.of();

    LastGood(Path file) {
        this.file = file;
    }

    /** What was saved; empty if there is nothing or it is damaged. */
    Map<ResourceKey, ConfigState.Good> load() {
        Map<ResourceKey, ConfigState.Good> loaded = new HashMap<>();
        try {
            for (DocumentText document : DocumentText.split(Files.readString(file))) {
                int end = document.text().indexOf('\n');
                String[] head = end < 0
                        ? new String[0]
                        : document.text().substring(0, end).split(" ", 5);
                if (head.length == 5 && document.text().startsWith(HEAD)) {
                    // the marker line stands in for the document's own first line, so lines count the same
                    ParsedDocument parsed = DocumentReader.read(document.text());
                    for (ParsedDocument.Part part : parsed.parts()) {
                        MeshResource resource = part.resource();
                        if (resource != null) {
                            Provenance provenance = new Provenance(
                                    ConfigState.SOURCE, head[4], Integer.parseInt(head[3]), part.places());
                            loaded.put(part.key(), new ConfigState.Good(resource, provenance, document.text()));
                        }
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            return loaded; // first start, or not ours
        }
        return loaded;
    }

    /** Writes them if they differ from what was written last. */
    void save(Map<ResourceKey, ConfigState.Good> good) throws IOException {
        if (good.equals(saved)) {
            return;
        }
        StringBuilder text = new StringBuilder();
        Set<String> written = new HashSet<>();
        new TreeMap<>(good).forEach((key, one) -> {
            String body = one.text();
            int line = one.provenance().firstLine();
            if (!written.add(line + " " + one.provenance().file() + "\n" + body)) {
                return; // several resources of one document
            }
            if (body.startsWith("---")) {
                int end = body.indexOf('\n');
                body = end < 0 ? "" : body.substring(end + 1);
            } else {
                line--; // a file's first document needs no marker, so ours stands one line above
            }
            text.append(HEAD)
                    .append(line)
                    .append(' ')
                    .append(one.provenance().file())
                    .append('\n')
                    .append(body);
            if (!body.endsWith("\n")) {
                text.append('\n');
            }
        });
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        saved = Map.copyOf(good);
    }
}
