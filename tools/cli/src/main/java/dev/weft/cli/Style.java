package dev.weft.cli;

import java.io.Console;

/** Colours, where they can be shown and nobody asked for none (https://no-color.org). */
enum Style {
    PLAIN(""),
    GOOD("32"),
    BAD("31"),
    WARN("33"),
    DIM("2"),
    BOLD("1");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    static boolean isOn() {
        Console console = System.console();
        return console != null
                && console.isTerminal()
                && System.getenv("NO_COLOR") == null
                && !"dumb".equals(System.getenv("TERM"));
    }

    String paint(String text) {
        return code.isEmpty() || !isOn() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
