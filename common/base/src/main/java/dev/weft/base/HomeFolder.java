package dev.weft.base;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The user's home folder by the shell's rule: {@code $HOME}, and where that is not set what the system knows of the user.
 * The JVM's {@code user.home} is always the latter, so that it and the launcher would look in two places.
 */
public final class HomeFolder {
    private HomeFolder() {}

    public static Path path() {
        return of(System.getenv("HOME"), System.getProperty("user.home"));
    }

    static Path of(@Nullable String variable, String known) {
        return Path.of(variable == null || variable.isEmpty() ? known : variable);
    }
}
