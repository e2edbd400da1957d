package dev.weft.proxy;

/** A training run for the JVM's AOT cache. */
final class WarmUp {
    private WarmUp() {}

    static int run() {
        return Main.OK;
    }
}
