package dev.weft.translate;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshImage;
import dev.weft.sources.ConfigDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * One golden case: a folder with a {@code config} directory, {@code proxy.properties} (namespace, service, labels, ports, mode,
 * address) and the resources expected, {@code resources.json}.
 */
record Golden(Path folder) {
    static final Path ROOT = Path.of("src/test/resources/golden");

    static Stream<Golden> all() {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.sorted().map(Golden::new).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MeshImage image() {
        ConfigDirectory.Loaded loaded = ConfigDirectory.load(folder.resolve("config"));
        if (loaded.diagnostics().stream().anyMatch(Diagnostic::isError)) {
            throw new AssertionError(loaded.diagnostics().toString());
        }
        return loaded.image();
    }

    ProxyNode node() {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(folder.resolve("proxy.properties"))) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> labels = new LinkedHashMap<>();
        for (String label : list(properties, "labels")) {
            labels.put(label.substring(0, label.indexOf('=')), label.substring(label.indexOf('=') + 1));
        }
        return new ProxyNode(
                properties.getProperty("namespace"),
                properties.getProperty("service"),
                properties.getProperty("serviceAccount", ""),
                labels,
                list(properties, "ports").stream().map(Integer::valueOf).toList(),
                ProxyNode.Mode.valueOf(properties.getProperty("mode", "REDIRECT")),
                properties.getProperty("address", "10.0.0.1"),
                properties.getProperty("locality", ""));
    }

    private static List<String> list(Properties properties, String name) {
        String text = properties.getProperty(name, "");
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(","));
    }

    XdsResources translate() {
        MeshImage image = image();
        return new Translator().translate(image, ProxyClass.of(image, node()));
    }

    Path expected() {
        return folder.resolve("resources.json");
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
