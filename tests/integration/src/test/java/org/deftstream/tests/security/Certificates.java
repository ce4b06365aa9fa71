package org.deftstream.tests.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An authority of its own, and certificates that it signed, made with the JDK's keytool. Keystores
 * are PKCS12 with one password.
 */
final class Certificates {
  static final String PASSWORD = "certificates";

  private final Path directory;

  /** Makes the authority. */
  Certificates(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    generate("authority", "-ext", "bc:c");
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "authority",
        "-file",
        file("authority.pem"),
        "-keystore",
        file("authority.p12"));
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "authority",
        "-file",
        file("authority.pem"),
        "-keystore",
        file("trust.p12"));
  }

  /** Makes a key and a certificate for 127.0.0.1 and localhost, signed by the authority. */
  void issue(String name) throws IOException {
    generate(name);
    keytool(
        "-certreq", "-alias", name, "-keystore", file(name + ".p12"), "-file", file(name + ".csr"));
    keytool(
        "-gencert",
        "-alias",
        "authority",
        "-keystore",
        file("authority.p12"),
        "-infile",
        file(name + ".csr"),
        "-outfile",
        file(name + ".pem"),
        "-rfc",
        "-ext",
        "san=dns:localhost,ip:127.0.0.1");
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "authority",
        "-file",
        file("authority.pem"),
        "-keystore",
        file(name + ".p12"));
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        name,
        "-file",
        file(name + ".pem"),
        "-keystore",
        file(name + ".p12"));
  }

  /** Kafka's settings that trust the authority. */
  Map<String, String> trust() {
    return Map.of(
        "ssl.truststore.location",
        file("trust.p12"),
        "ssl.truststore.password",
        PASSWORD,
        "ssl.truststore.type",
        "PKCS12");
  }

  /** Kafka's settings that show a certificate. */
  Map<String, String> identity(String name) {
    return Map.of(
        "ssl.keystore.location",
        file(name + ".p12"),
        "ssl.keystore.password",
        PASSWORD,
        "ssl.key.password",
        PASSWORD,
        "ssl.keystore.type",
        "PKCS12");
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private void generate(String name, String... extensions) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-keystore",
                file(name + ".p12")));
    line.addAll(List.of(extensions));
    keytool(line.toArray(String[]::new));
  }

  private void keytool(String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(List.of(arguments));
    line.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
    var log = directory.resolve("keytool.log").toFile();
    var process = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log).start();
    try {
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("keytool " + line + ": " + Files.readString(log.toPath()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
