package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.tests.platform.Shell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The images, the compose file and the dashboard speak of settings and files that there are. */
class DeploymentFilesTest {
  private static final Path DOCKER = Path.of("..", "..", "docker");

  @TempDir Path scratch;

  private static final Pattern METRIC = Pattern.compile("\\bdeftstream_[a-z_]+");
  private static final Pattern SETTING = Pattern.compile("(DEFTSTREAM_[A-Z_]+)=(\\S+)");

  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
  void shouldBuildImagesWithSettingsThatTheServiceKnows(String file) throws IOException {
    var text = Files.readString(DOCKER.resolve(file));
    Map<String, String> environment = new HashMap<>();
    SETTING.matcher(text).results().forEach(each -> environment.put(each.group(1), each.group(2)));
    assertThat(environment).containsKeys("DEFTSTREAM_MODELS_DIR", "DEFTSTREAM_STATE_DIR");
    assertKnown(environment);
    assertThat(text)
        .contains("USER 10001:10001", "HEALTHCHECK", "EXPOSE 9464")
        .contains("DEFTSTREAM_HTTP_PORT=9464");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
  void shouldSayWhatAnImageIs(String file) throws IOException {
    var text = Files.readString(DOCKER.resolve(file));
    for (var label :
        List.of(
            "title", "description", "licenses", "version", "revision", "created", "base.name")) {
      assertThat(text).contains("org.opencontainers.image." + label + "=");
    }
    assertThat(text).contains("ARG VERSION=" + pom("version") + "\n");
    // Laid out where the image has it, the licence among it.
    assertThat(text).contains("COPY --from=build /opt/deftstream /opt/deftstream\n");
    assertThat(Files.readString(DOCKER.resolve("image/build.sh"))).contains(" LICENSE NOTICE ");
  }

  /** A version is named once: what the compose file runs is what the tests run. */
  @Test
  void shouldNameEveryImageByAVariableWithItsVersion() throws IOException {
    var variable = Pattern.compile("\\$\\{([A-Z_]+)_IMAGE:-([a-z0-9/-]+:[^}]+)}");
    var images = new HashMap<String, String>();
    for (var file : List.of("compose.yaml", "compose.gpu.yaml")) {
      var text = Files.readString(DOCKER.resolve(file));
      variable.matcher(text).results().forEach(each -> images.put(each.group(1), each.group(2)));
      assertThat(text.lines().filter(line -> line.strip().startsWith("image:")))
          .allMatch(line -> variable.matcher(line).find());
    }
    assertThat(images)
        .containsEntry("KAFKA", "apache/kafka:" + pom("kafka.version"))
        .containsEntry("REGISTRY", "apicurio/apicurio-registry-mem:" + pom("apicurio.version"));
    assertThat(images.entrySet())
        .filteredOn(each -> !each.getValue().startsWith("deftstream/"))
        .hasSize(8)
        .allSatisfy(each -> assertThat(each.getValue()).doesNotEndWith(":latest"));
    for (var file : List.of("Dockerfile", "Dockerfile.gpu")) {
      var text = Files.readString(DOCKER.resolve(file));
      assertThat(text)
          .contains(
              "ARG BASE=" + images.get(file.endsWith("gpu") ? "CUDA" : "BASE") + "\n",
              "ARG BUILDER=" + images.get("BUILDER") + "\n");
    }
    var offline = Files.readString(DOCKER.resolve("offline-images.sh"));
    assertThat(offline).contains("KAFKA=" + images.get("KAFKA") + " ", images.get("REGISTRY"));
  }

  /** A process that is killed leaves files in /tmp, which must not be the machine's disk. */
  @Test
  void shouldBoundWhatIsWrittenInContainers() throws IOException {
    assertThat(yaml("compose.yaml").at("/x-deftstream/tmpfs/0").asText())
        .startsWith("/tmp:")
        .contains("size=64m", "noexec");
    assertThat(yaml("compose.yaml").at("/services/topics/restart").asText())
        .startsWith("on-failure");
  }

  /** As Compose itself reads it, alone and on a GPU. */
  @Test
  void shouldBeReadByCompose() throws IOException {
    if (!Shell.has("docker-compose")) {
      var line = "docker-compose (Debian's) is not installed: the compose files are NOT rendered";
      System.out.println(line);
      Assumptions.abort(line);
    }
    var log = scratch.resolve("compose.log");
    var pinned = Map.of("KAFKA_IMAGE", "registry.example/kafka@sha256:" + "0".repeat(64));
    var rendered = Shell.run(DOCKER, log, pinned, "docker-compose", "-f", "compose.yaml", "config");
    assertThat(rendered).contains("image: registry.example/kafka@sha256:0", "size=64m");
    var gpu =
        Shell.run(
            DOCKER,
            log,
            Map.of(),
            "docker-compose",
            "-f",
            "compose.yaml",
            "-f",
            "compose.gpu.yaml",
            "config");
    assertThat(gpu).contains("deftstream/service:gpu", "driver: nvidia");
  }

  private static String pom(String name) throws IOException {
    var found =
        Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<")
            .matcher(Files.readString(DOCKER.resolveSibling("pom.xml")));
    assertThat(found.find()).as(name).isTrue();
    return found.group(1);
  }

  @Test
  void shouldComposeWithSettingsThatTheServiceKnows() throws IOException {
    var services = yaml("compose.yaml").get("services");
    assertThat(services.properties().stream().map(Map.Entry::getKey))
        .contains(
            "kafka", "schema-registry", "service", "trainer", "prometheus", "grafana", "kafka-ui");
    Map<String, String> environment = new HashMap<>();
    services
        .at("/service/environment")
        .properties()
        .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    // Anchors are merged by the tool, not by the parser.
    yaml("compose.yaml")
        .at("/x-deftstream/environment")
        .properties()
        .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    services
        .at("/trainer/environment")
        .properties()
        .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    environment.keySet().removeIf(key -> !key.startsWith("DEFTSTREAM_"));
    assertKnown(environment);
    yaml("compose.gpu.yaml")
        .at("/x-gpu/environment")
        .properties()
        .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    environment.keySet().removeIf(key -> !key.startsWith("DEFTSTREAM_"));
    assertKnown(environment);
  }

  @Test
  void shouldProvisionADashboardOfAllThatMatters() throws IOException {
    var dashboard =
        new ObjectMapper().readTree(DOCKER.resolve("grafana/dashboards/deftstream.json").toFile());
    var titles = new TreeSet<String>();
    var source = yaml("grafana/provisioning/datasources/prometheus.yaml").at("/datasources/0/uid");
    for (var panel : dashboard.get("panels")) {
      titles.add(panel.get("title").asText());
      assertThat(panel.at("/datasource/uid")).isEqualTo(source);
      assertThat(panel.get("targets")).isNotEmpty();
    }
    assertThat(titles)
        .contains(
            "Throughput",
            "Latency: computing",
            "Latency: waiting",
            "Batch fill",
            "Adapters",
            "Dead letters by reason",
            "Lag",
            "Answers outside the residual range");
  }

  /** What is alerted is shown: of every metric that an alert names there is a panel. */
  @Test
  void shouldShowWhatItAlerts() throws IOException {
    var dashboard = Files.readString(DOCKER.resolve("grafana/dashboards/deftstream.json"));
    var alerts = yaml("prometheus/alerts.yml").at("/groups/0/rules");
    var named = new TreeSet<String>();
    for (var alert : alerts) {
      assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
      METRIC.matcher(alert.get("expr").asText()).results().forEach(each -> named.add(each.group()));
    }
    assertThat(alerts.findValuesAsText("alert")).contains("DeftstreamResidualsOutside");
    assertThat(named)
        .contains("deftstream_residual_outside_total", "deftstream_residual_checked_total")
        .isNotEmpty();
    // Whether an instance is ready is a state of the instance, not a course of time.
    named.remove("deftstream_ready");
    assertThat(named).allSatisfy(metric -> assertThat(dashboard).contains(metric + "{"));
  }

  private static void assertKnown(Map<String, String> environment) {
    var all = new HashMap<>(environment);
    all.putIfAbsent("DEFTSTREAM_BOOTSTRAP_SERVERS", "kafka:9092");
    all.putIfAbsent("DEFTSTREAM_SCHEMA_REGISTRY_URL", "http://registry:8081");
    assertThat(ServiceSettings.load(Optional.empty(), all, List.of()).bootstrapServers())
        .isNotBlank();
  }

  private static JsonNode yaml(String file) throws IOException {
    return new YAMLMapper().readTree(DOCKER.resolve(file).toFile());
  }
}
