package dev.weft.cli;

import dev.weft.base.HomeFolder;
import java.nio.file.Path;

/** Where the host credential is kept unless somebody says otherwise; the launcher has the same rule. */
final class CredentialFolder {
    private CredentialFolder() {}

    static Path usual() {
        return "root".equals(System.getProperty("user.name"))
                ? Path.of("/var/lib/weft")
                : HomeFolder.path().resolve(".weft/host");
    }
}
