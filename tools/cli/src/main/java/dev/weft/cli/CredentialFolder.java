package dev.weft.cli;

import java.nio.file.Path;

/** Where the host credential is kept unless somebody says otherwise; the launcher has the same rule. */
final class CredentialFolder {
    private CredentialFolder() {}

    static Path usual() {
        return "root".equals(System.getProperty("user.name"))
                ? Path.of("/var/lib/weft")
                : Path.of(System.getProperty("user.home"), ".weft", "host");
    }
}
