package dev.weft.cli;

import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.TokenCreated;
import dev.weft.adminapi.TokenItem;
import dev.weft.adminapi.TokenList;
import dev.weft.adminapi.TokenRequest;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft token}: what lets a machine join. */
@Command(
        name = "token",
        description = "Make, list and revoke join tokens.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "create|list|revoke",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weft token create --host vm-1 --identity shop/orders --identity shop/cart",
            "  weft token create --identity 'shop/*' --ttl 2m -o json",
            "  weft token revoke 4f1c"
        })
final class TokenCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(
            description = "Make a token: good once, for one host and what that may run.",
            mixinStandardHelpOptions = true)
    int create(
            @Mixin ControlPlaneClient controlPlane,
            @Mixin Output output,
            @Option(
                            names = "--host",
                            paramLabel = "ID",
                            description = "Name of the host (default: made up).",
                            defaultValue = "")
                    String host,
            @Option(
                            names = "--identity",
                            paramLabel = "NAMESPACE/ACCOUNT",
                            required = true,
                            description = "What the host may run; either part may be *. Several times for several.")
                    List<String> identities,
            @Option(
                            names = "--ttl",
                            paramLabel = "DURATION",
                            description = "How long the token is good (default and at most: ${DEFAULT-VALUE}).",
                            defaultValue = "10m")
                    String ttl) {
        long seconds = seconds(ttl);
        TokenCreated created = controlPlane.post(
                TokenCreated.class, OperatorApi.TOKENS, new TokenRequest(host, new ArrayList<>(identities), seconds));
        output.print(out(), created, out -> {
            out.println(created.token());
            spec.commandLine()
                    .getErr()
                    .println("Token " + created.id() + " for host " + created.host() + ", good once until "
                            + created.expiresAt()
                            + ". On that host:\n  weft join --control-plane HOST:15012 --token TOKEN");
        });
        return 0;
    }

    @Command(description = "List the tokens of the last day.", mixinStandardHelpOptions = true)
    int list(@Mixin ControlPlaneClient controlPlane, @Mixin Output output) {
        TokenList list = controlPlane.get(TokenList.class, OperatorApi.TOKENS);
        output.print(out(), list, out -> {
            Table table = new Table("ID", "HOST", "STATE", "EXPIRES", "IDENTITIES");
            for (TokenItem token : list.tokens()) {
                table.row()
                        .add(token.id())
                        .add(token.host())
                        .add(token.state(), token.state().equals("open") ? Style.GOOD : Style.DIM)
                        .add(token.expiresAt())
                        .add(String.join(",", token.identities()));
            }
            if (table.isEmpty()) {
                out.println("No tokens.");
            } else {
                table.print(out);
            }
        });
        return 0;
    }

    @Command(description = "Make a token worthless before its time.", mixinStandardHelpOptions = true)
    int revoke(
            @Mixin ControlPlaneClient controlPlane,
            @Parameters(paramLabel = "ID", description = "As 'weft token list' shows it.") String id) {
        controlPlane.delete(OperatorApi.TOKENS + "/" + ControlPlaneClient.encode(id));
        out().println("Token " + id + " revoked.");
        return 0;
    }

    private static long seconds(String text) {
        try {
            String upper = text.toUpperCase(java.util.Locale.ROOT);
            return Duration.parse("PT" + (Character.isDigit(upper.charAt(upper.length() - 1)) ? upper + "S" : upper))
                    .toSeconds();
        } catch (java.time.format.DateTimeParseException | StringIndexOutOfBoundsException e) {
            throw Failure.usage("--ttl: not a duration: '" + text + "'", "For example 90s or 5m.");
        }
    }
}
