package dev.weft.cli;

import dev.weft.base.Address;
import dev.weft.identity.HostCredential;
import dev.weft.identity.JoinToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft join}: turns a token into this machine's credential. */
@Command(
        name = "join",
        description = "Make this machine a host of the mesh, by a token from 'weft token create'.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weft join --control-plane 10.0.0.1:15012 --token TOKEN",
            "  weft join --control-plane 10.0.0.1:15012 --token - < token.txt"
        })
final class JoinCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--control-plane", paramLabel = "HOST:PORT", required = true, description = "Where to ask.")
    private String controlPlane = "";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            required = true,
            description = "The token; - reads it from the input, where no process list shows it.")
    private String token = "";

    @Option(
            names = "--credential",
            paramLabel = "DIR",
            description = "Where the credential is kept (default: /var/lib/weft as root, else ~/.weft/host).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Address address;
        JoinToken parsed;
        try {
            address = Address.parse(controlPlane.indexOf(':') < 0 ? controlPlane + ":15012" : controlPlane);
            parsed = JoinToken.parse(
                    token.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : token);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(String.valueOf(e.getMessage()), "");
        }
        Path target = directory == null ? CredentialFolder.usual() : directory;
        // Before the token is spent: it is good only once.
        if (!canWrite(target)) {
            throw Failure.failed("cannot write to " + target, "Name another folder with --credential.");
        }
        HostCredential credential = Join.ask(address, parsed);
        credential.save(target);
        spec.commandLine()
                .getOut()
                .println("Joined as " + credential.identity() + ". Credential in " + target + ", good until "
                        + credential.chain().get(0).getNotAfter().toInstant() + ".");
        return 0;
    }

    private static boolean canWrite(Path directory) {
        Path existing = directory.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
    }
}
