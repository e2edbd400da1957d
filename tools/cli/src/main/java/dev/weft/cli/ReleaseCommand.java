package dev.weft.cli;

import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.Released;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft release}: lets a held change of configuration through. */
@Command(
        name = "release",
        description = "Let a held change of configuration through.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nA change of files that would take away more than half of the endpoints of a Service,%n"
                + "or all Services, is held. See what it is:%n",
        footer = {"  weft get diagnostics", "  weft release"})
final class ReleaseCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private ControlPlaneClient controlPlane = new ControlPlaneClient();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Released released = controlPlane.post(Released.class, OperatorApi.RELEASE);
        output.print(
                spec.commandLine().getOut(),
                released,
                out -> out.println(
                        released.changes() == 0
                                ? "Nothing was held."
                                : Words.count(released.changes(), "change", "changes") + " let through."));
        return 0;
    }
}
