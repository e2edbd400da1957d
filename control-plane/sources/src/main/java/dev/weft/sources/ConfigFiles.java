package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.base.Diagnostic.Location;
import dev.weft.base.Diagnostic.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files of a configuration directory, read into a {@link ConfigState}. Files named {@code *.yaml}, {@code *.yml} and
 * {@code *.json}, in sub-directories too; names that begin with a dot are left alone (editors, and the {@code ..data} of a
 * mounted config map, whose visible names are symbolic links and followed). Confined to one thread.
 */
final class ConfigFiles {
    private static final int MOST_DEPTH = 8; // of a file: the last of its directories is one less
    private static final long MOST_BYTES = 64L << 20;

    private final Path directory;
    private final ConfigState state;
    private final Map<Path, Stamp> stamps = new HashMap<>();

    ConfigFiles(Path directory, ConfigState state) {
        this.directory = directory;
        this.state = state;
    }

    /** What tells that a file differs without reading it. */
    private record Stamp(long size, long modified, @Nullable Object key) {}

    /**
     * Reads what is new or differs since the last call, and forgets what is gone.
     *
     * @param dirty files to read whatever their stamp says
     * @param confirmed files that may be believed to have become empty
     * @param onDirectory told every directory before it is listed
     * @return files that became empty and are not confirmed: their old content is kept, because an editor may be about to
     *     write them
     */
    Set<Path> refresh(Set<Path> dirty, Set<Path> confirmed, Consumer<Path> onDirectory) {
        Map<Path, Stamp> found = new TreeMap<>();
        TreeSet<Path> tooDeep = new TreeSet<>();
        if (!list(found, tooDeep, onDirectory)) {
            state.unreadable(directory.toString(), "unreadable-directory", "the directory cannot be read");
            return Set.of();
        }
        state.remove(directory.toString());
        state.ignored(tooDeep.isEmpty() ? null : ignored(tooDeep.first()));
        Set<Path> suspects = new HashSet<>();
        found.forEach((file, stamp) -> {
            if (!stamp.equals(stamps.get(file)) || dirty.contains(file) || confirmed.contains(file)) {
                read(file, stamp, confirmed, suspects);
            }
        });
        stamps.keySet().removeIf(file -> {
            boolean gone = !found.containsKey(file);
            if (gone) {
                state.remove(file.toString());
            }
            return gone;
        });
        return suspects;
    }

    private static Diagnostic ignored(Path first) {
        return new Diagnostic(
                Severity.WARNING,
                "directory-too-deep",
                "",
                "nothing in it is read: it lies more than " + (MOST_DEPTH - 1)
                        + " levels below the directory of the mesh",
                "move its files up",
                new Location(first.toString(), 1, 1));
    }

    /**
     * Reads these files alone, if that is enough: all are plain files that are known, and none has become empty. Looking at
     * every file of a large mesh costs more than everything else that follows a change.
     *
     * @return false if everything must be looked at
     */
    boolean refreshOnly(Set<Path> dirty) {
        Map<Path, Stamp> found = new HashMap<>();
        for (Path file : dirty) {
            if (isHidden(file) && !String.valueOf(file.getFileName()).startsWith("..")) {
                continue; // an editor's; never read, and not what a config map swaps
            }
            if (!stamps.containsKey(file)) {
                return false;
            }
            try {
                BasicFileAttributes attributes =
                        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (!attributes.isRegularFile() || attributes.size() == 0) {
                    return false;
                }
                found.put(file, stamp(attributes));
            } catch (IOException e) {
                return false; // gone
            }
        }
        Set<Path> suspects = new HashSet<>();
        found.forEach((file, stamp) -> read(file, stamp, Set.of(), suspects));
        return suspects.isEmpty();
    }

    private static Stamp stamp(BasicFileAttributes attributes) {
        return new Stamp(
                attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), attributes.fileKey());
    }

    private boolean list(Map<Path, Stamp> found, Set<Path> tooDeep, Consumer<Path> onDirectory) {
        try {
            Files.walkFileTree(
                    directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MOST_DEPTH, new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                            if (!dir.equals(directory) && isHidden(dir)) {
                                return FileVisitResult.SKIP_SUBTREE;
                            }
                            onDirectory.accept(dir);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                            if (!isHidden(file) && attributes.isDirectory()) {
                                tooDeep.add(file); // at the depth where the walk ends
                            } else if (!isHidden(file) && isConfig(file) && attributes.isRegularFile()) {
                                watchTarget(file, onDirectory);
                                found.put(file, stamp(attributes));
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                            if (file.equals(directory)) {
                                throw e;
                            }
                            return FileVisitResult.CONTINUE; // gone between listing and looking, or a dangling link
                        }
                    });
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A link's target is watched where it lives, else an edit in place would go unnoticed. */
    private static void watchTarget(Path file, Consumer<Path> onDirectory) {
        if (Files.isSymbolicLink(file)) {
            try {
                Path parent = file.toRealPath().getParent();
                if (parent != null) {
                    onDirectory.accept(parent);
                }
            } catch (IOException e) {
                return; // the next look will tell
            }
        }
    }

    private void read(Path file, Stamp stamp, Set<Path> confirmed, Set<Path> suspects) {
        String name = file.toString();
        try {
            if (stamp.size > MOST_BYTES) {
                state.unreadable(name, "file-too-large", "is larger than " + (MOST_BYTES >> 20) + " MiB");
            } else {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                        .toString();
                if (text.isBlank() && state.hasDocuments(name) && !confirmed.contains(file)) {
                    suspects.add(file);
                } else {
                    state.put(name, text);
                }
            }
        } catch (CharacterCodingException e) {
            state.unreadable(name, "not-utf-8", "is not UTF-8 text");
        } catch (IOException e) {
            state.unreadable(name, "unreadable-file", "cannot be read: " + e.getMessage());
        }
        stamps.put(file, stamp);
    }

    private static boolean isHidden(Path path) {
        return path.getFileName() != null && path.getFileName().toString().startsWith(".");
    }

    private static boolean isConfig(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }
}
