package dev.weft.demo;

import java.time.Duration;

/** What the user sees. Colours only where they are wanted and can be shown. */
final class Console {
    private static final boolean COLOUR = System.console() != null
            && System.console().isTerminal()
            && System.getenv("NO_COLOR") == null
            && !"dumb".equals(System.getenv("TERM"));

    private final long start = System.nanoTime();

    Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    void step(String text) {
        System.out.printf(java.util.Locale.ROOT, "%s %s%n", paint("2", "[%5.1f s]".formatted(seconds())), text);
    }

    void line(String text) {
        System.out.println(text);
    }

    void check(Check check) {
        String mark = check.passed() ? paint("32", "ok    ") : paint("31", "FAILED");
        step(mark + " " + check.name() + ": " + check.observed()
                + (check.passed() ? "" : "; expected " + check.expected()));
    }

    static String bold(String text) {
        return paint("1", text);
    }

    private double seconds() {
        return sinceStart().toMillis() / 1000.0;
    }

    private static String paint(String code, String text) {
        return COLOUR ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
