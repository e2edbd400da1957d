package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/** A mesh as YAML files: one file a service, with its workloads. */
record MeshFiles(Path folder, int services, int endpoints) {
    static final String NAMESPACE = "bench";

    static MeshFiles write(Path folder, int services, int endpoints) throws IOException {
        Files.createDirectories(folder);
        MeshFiles files = new MeshFiles(folder, services, endpoints);
        Files.writeString(folder.resolve("mesh.yaml"), """
                apiVersion: weft.dev/v1
                kind: Mesh
                metadata: {name: mesh}
                spec: {trustDomain: cluster.local, mtls: STRICT, egress: ALLOW_ANY}
                """);
        for (int i = 0; i < services; i++) {
            Files.writeString(files.file(i), files.text(i, 0));
        }
        return files;
    }

    static String serviceName(int service) {
        return String.format(Locale.ROOT, "svc-%04d", service);
    }

    /** The EDS resource of a service's only port. */
    static String cluster(int service) {
        return "outbound|80||" + serviceName(service) + "." + NAMESPACE + ".svc.cluster.local";
    }

    /** Moves the first endpoint of a service to another address, as an editor would: a new file in place of the old. */
    void change(int service, int round) throws IOException {
        Path next = folder.resolve(".next");
        Files.writeString(next, text(service, round));
        Files.move(next, file(service), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path file(int service) {
        return folder.resolve(serviceName(service) + ".yaml");
    }

    private String text(int service, int round) {
        String name = serviceName(service);
        StringBuilder text = new StringBuilder("""
                apiVersion: v1
                kind: Service
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  selector: {app: %1$s}
                  ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
                """.formatted(name, NAMESPACE));
        for (int i = 0; i < endpoints; i++) {
            String address = i == 0 && round > 0
                    ? "10.100." + round / 250 + "." + (1 + round % 250)
                    : "10." + (1 + i) + "." + service / 250 + "." + (1 + service % 250);
            text.append("""
                    ---
                    apiVersion: weft.dev/v1
                    kind: Workload
                    metadata: {name: %1$s-%3$d, namespace: %2$s, labels: {app: %1$s, version: v1}}
                    spec: {address: %4$s, ports: [{name: http, port: 8080}], serviceAccount: %1$s}
                    """.formatted(name, NAMESPACE, i, address));
        }
        return text.toString();
    }
}
