package dev.weft.control;

/** The program's version, from the jar. */
final class Version {
    static final String NUMBER = read();

    private Version() {}

    private static String read() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
