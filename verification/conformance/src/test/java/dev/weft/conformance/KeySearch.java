package dev.weft.conformance;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/**
 * Looks for elliptic-curve private keys in bytes and files. What it looks for is every quarter of a key's secret number, in the ways
 * one is likely to be written: raw (also as little-endian machine words are), hexadecimal, base64 at any offset (DER in PEM, in
 * JSON), decimal, and as Java prints a byte array. Line breaks and separators in between do not hide it. Eight bytes do not come
 * up by chance.
 */
final class KeySearch {
    private static final int BYTES = 32; // P-256
    private static final int QUARTER = 8;
    private static final int HEX_PREFIX = 256; // stands for the 0 of 0x
    private static final int LOWER = 0x20;
    private static final int SHORTEST = 8; // bytes of a needle that are compared first, as one number

    /** What to look for and how a finding is called. */
    private record Needle(String name, long start, byte[] bytes) {
        static Needle of(String name, byte[] bytes) {
            return new Needle(name, ByteBuffer.wrap(bytes).getLong(), bytes);
        }
    }

    /** Needles found by their first eight bytes. */
    private static final class Needles {
        private final List<Needle> all;
        private final long[] starts;
        private final boolean[] ends =
                new boolean[1 << 16]; // of the starts, their last two bytes: most places fail here

        Needles(List<Needle> all) {
            this.all = all;
            starts = all.stream().mapToLong(Needle::start).sorted().toArray();
            for (long start : starts) {
                ends[(int) (start & 0xffff)] = true;
            }
        }

        void find(byte[] in, int length, Set<String> found) {
            long window = 0;
            for (int i = 0; i < length; i++) {
                window = window << 8 | in[i] & 0xff;
                int start = i - SHORTEST + 1;
                if (!ends[(int) (window & 0xffff)] || start < 0 || Arrays.binarySearch(starts, window) < 0) {
                    continue;
                }
                for (Needle needle : all) {
                    int end = start + needle.bytes.length;
                    if (end <= length && Arrays.equals(in, start, end, needle.bytes, 0, needle.bytes.length)) {
                        found.add(needle.name);
                    }
                }
            }
        }
    }

    private final Needles raw;
    private final Needles hex;
    private final Needles base64;
    private final Needles text;
    private long searched;

    KeySearch(Collection<ECPrivateKey> keys) {
        List<Needle> raws = new ArrayList<>();
        List<Needle> hexes = new ArrayList<>();
        List<Needle> base64s = new ArrayList<>();
        List<Needle> texts = new ArrayList<>();
        int number = 0;
        for (ECPrivateKey key : keys) {
            String name = "key " + number++ + " ";
            byte[] secret = bytes(key.getS());
            texts.add(Needle.of(name + "decimal", ascii(key.getS().toString())));
            for (int at = 0; at < BYTES; at += QUARTER) {
                byte[] quarter = Arrays.copyOfRange(secret, at, at + QUARTER);
                raws.add(Needle.of(name + "raw", quarter));
                raws.add(Needle.of(name + "little-endian", reversed(quarter)));
                hexes.add(Needle.of(name + "hex", ascii(HexFormat.of().formatHex(quarter))));
                texts.add(Needle.of(name + "byte array", ascii(list(quarter))));
            }
            for (int shift = 0; shift < 3; shift++) {
                base64s.addAll(encoded(name + "base64", secret, shift));
            }
        }
        raw = new Needles(raws);
        hex = new Needles(hexes);
        base64 = new Needles(base64s);
        text = new Needles(texts);
    }

    /** Base64 of the secret behind {@code shift} other bytes, in pieces, without the characters that hold bits of others. */
    private static List<Needle> encoded(String name, byte[] secret, int shift) {
        byte[] shifted = new byte[shift + BYTES];
        System.arraycopy(secret, 0, shifted, shift, BYTES);
        String whole = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        String own = whole.substring(shift == 0 ? 0 : shift + 1, whole.length() - 1);
        List<Needle> pieces = new ArrayList<>();
        for (int at = 0; at + 12 <= own.length(); at += 10) {
            pieces.add(Needle.of(name, ascii(own.substring(at, at + 12))));
        }
        return pieces;
    }

    private static byte[] bytes(BigInteger secret) {
        byte[] signed = secret.toByteArray();
        byte[] bytes = new byte[BYTES];
        int length = Math.min(signed.length, BYTES); // a sign byte or leading zeros
        System.arraycopy(signed, signed.length - length, bytes, BYTES - length, length);
        return bytes;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static String list(byte[] bytes) {
        String list = Arrays.toString(bytes).replace(" ", "");
        return list.substring(1, list.length() - 1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** How many bytes were looked at so far: a search over nothing finds nothing. */
    long searched() {
        return searched;
    }

    /** What of the keys is in these bytes: number of the key and encoding. */
    Set<String> in(byte[] bytes) {
        searched += bytes.length;
        Set<String> found = new TreeSet<>();
        raw.find(bytes, bytes.length, found);
        byte[] kept = new byte[bytes.length];
        base64.find(kept, keep(bytes, kept, KeySearch::base64), found);
        hex.find(kept, keep(bytes, kept, KeySearch::hex), found);
        text.find(kept, keep(bytes, kept, KeySearch::listed), found);
        return found;
    }

    Set<String> in(String text) {
        return in(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What of the keys is in these files, each finding with its path. */
    Set<String> in(Path file) throws IOException {
        Set<String> found = new TreeSet<>();
        for (String one : in(Files.readAllBytes(file))) {
            found.add(file + ": " + one);
        }
        return found;
    }

    /** What of the keys is in the regular files below a folder that changed since then; no folder, no finding. */
    Set<String> below(Path folder, int depth, Instant since) throws IOException {
        Set<String> found = new TreeSet<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        Files.walkFileTree(folder, EnumSet.noneOf(FileVisitOption.class), depth, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()
                        && !attributes.lastModifiedTime().toInstant().isBefore(since)) {
                    try {
                        found.addAll(in(file));
                    } catch (NoSuchFileException e) {
                        return FileVisitResult.CONTINUE; // somebody else's, gone meanwhile
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE; // gone meanwhile
            }
        });
        return found;
    }

    /** Copies what a form is made of, without what only separates; returns how much that is. */
    private static int keep(byte[] from, byte[] to, IntUnaryOperator form) {
        int length = 0;
        for (int i = 0; i < from.length; i++) {
            int next = i + 1 < from.length ? from[i + 1] : 0;
            if (from[i] == '\\' && (next == 'n' || next == 'r' || next == 't')) {
                i++; // a line break as JSON writes it
                continue;
            }
            int kept = form.applyAsInt(from[i] == '0' && (next == 'x' || next == 'X') ? HEX_PREFIX : from[i]);
            if (kept >= 0) {
                to[length++] = (byte) kept;
            }
        }
        return length;
    }

    private static int base64(int character) {
        return switch (character) {
            case '-' -> '+'; // RFC 4648 5
            case '_' -> '/';
            case '+', '/' -> character;
            case HEX_PREFIX -> '0';
            default -> isDigit(character) || isLetter(character | LOWER) ? character : -1;
        };
    }

    private static int hex(int character) {
        int lower = character | LOWER;
        return isDigit(character) ? character : isLetter(lower) && lower <= 'f' ? lower : -1;
    }

    private static int listed(int character) {
        return isDigit(character) || character == '-' || character == ',' ? character : -1;
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private static boolean isLetter(int lower) {
        return lower >= 'a' && lower <= 'z';
    }
}
