package dev.weft.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a class of the test's own class path as a process of its own, small: it stands for an application. */
public final class JavaProgram {
    private JavaProgram() {}

    public static RunningProcess.Spec spec(String name, Class<?> main, String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dstdout.encoding=UTF-8", // what RunningProcess reads, in whatever locale the tests run
                "-cp",
                classPath(),
                main.getName()));
        command.addAll(List.of(args));
        return new RunningProcess.Spec(name, command);
    }

    private static String classPath() {
        // Surefire hands the JVM a manifest-only jar and tells the real class path in a property of its own.
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
