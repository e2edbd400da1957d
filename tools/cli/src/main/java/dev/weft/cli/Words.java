package dev.weft.cli;

import java.time.Duration;

/** Numbers in the words of tables. */
final class Words {
    private Words() {}

    /** {@code 45s}, {@code 12m}, {@code 5h}, {@code 3d}. */
    static String age(long seconds) {
        Duration age = Duration.ofSeconds(Math.max(0, seconds));
        if (age.toMinutes() < 2) {
            return age.toSeconds() + "s";
        }
        if (age.toHours() < 2) {
            return age.toMinutes() + "m";
        }
        return age.toDays() < 2 ? age.toHours() + "h" : age.toDays() + "d";
    }

    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
