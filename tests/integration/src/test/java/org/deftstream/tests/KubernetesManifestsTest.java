package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.schemas.Topics;
import org.deftstream.tests.platform.Shell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads the manifests as the API server's schemas do: a field that is unknown, of the wrong type or
 * missing is refused. What no schema knows is held here: names, ports and settings fit together.
 */
class KubernetesManifestsTest {
  private static final Path DIRECTORY = Path.of("..", "..", "docker", "kubernetes");

  /** For tools, not for the API server; a patch is no whole object; an object of an operator. */
  private static final List<String> NO_OBJECTS =
      List.of(
          "kustomization.yaml",
          "prometheus-adapter.yaml",
          "gpu.yaml",
          "podmonitor.yaml",
          "alerts.yaml");

  private static final String SERVICE = "base/service.yaml";
  private static final String TRAINER = "overlays/trainer/trainer.yaml";

  @TempDir Path scratch;

  private interface Parser {
    Object parse(String json) throws IOException;
  }

  private static final Map<String, Parser> PARSERS =
      Map.of(
          "v1/ConfigMap", V1ConfigMap::fromJson,
          "v1/Service", V1Service::fromJson,
          "batch/v1/Job", V1Job::fromJson,
          "v1/PersistentVolumeClaim", V1PersistentVolumeClaim::fromJson,
          "apps/v1/Deployment", V1Deployment::fromJson,
          "networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy::fromJson,
          "policy/v1/PodDisruptionBudget", V1PodDisruptionBudget::fromJson,
          "autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::fromJson);

  /** An object of a manifest, and where it stands. */
  record Manifest(String file, JsonNode json) {
    String kind() {
      return json.at("/apiVersion").asText() + "/" + json.at("/kind").asText();
    }

    @Override
    public String toString() {
      return file + ": " + kind() + " " + json.at("/metadata/name").asText();
    }
  }

  static List<Manifest> manifests() throws IOException {
    List<Manifest> found = new ArrayList<>();
    try (var files = Files.walk(DIRECTORY)) {
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (!NO_OBJECTS.contains(file.getFileName().toString())) {
          found.addAll(read(DIRECTORY.relativize(file).toString(), Files.readString(file)));
        }
      }
    }
    return found;
  }

  private static List<Manifest> read(String name, String text) throws IOException {
    List<Manifest> found = new ArrayList<>();
    try (var documents = new YAMLMapper().readerFor(JsonNode.class).readValues(text)) {
      documents.forEachRemaining(each -> found.add(new Manifest(name, (JsonNode) each)));
    }
    return found;
  }

  private static JsonNode yaml(String file) throws IOException {
    return new YAMLMapper().readTree(DIRECTORY.resolve(file).toFile());
  }

  @Test
  void shouldHaveWhatADeploymentNeeds() throws IOException {
    assertThat(manifests().stream().map(Manifest::kind)).containsAll(PARSERS.keySet());
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void shouldFitTheSchemasOfTheApi(Manifest manifest) throws IOException {
    assertThat(PARSERS).containsKey(manifest.kind());
    assertThat(parse(manifest)).isNotNull();
  }

  /** Otherwise the test above would pass whatever the manifests say. */
  @Test
  void shouldRefuseWhatTheSchemasDoNotKnow() throws IOException {
    var deployment = manifest(SERVICE, "apps/v1/Deployment");
    var container = (ObjectNode) deployment.json().at("/spec/template/spec/containers/0");
    container.set("livenessProb", container.remove("livenessProbe"));
    assertThatThrownBy(() -> parse(deployment)).hasMessageContaining("livenessProb");

    var autoscaler = manifest("base/scaling.yaml", "autoscaling/v2/HorizontalPodAutoscaler");
    ((ObjectNode) autoscaler.json().at("/spec")).remove("maxReplicas");
    assertThatThrownBy(() -> parse(autoscaler)).hasMessageContaining("maxReplicas");

    var service = manifest(SERVICE, "v1/Service");
    ((ObjectNode) service.json().at("/spec/ports/0")).put("port", "http");
    assertThatThrownBy(() -> parse(service)).hasMessageContaining("http");
  }

  @ParameterizedTest
  @MethodSource("instances")
  void shouldProbeAndSelectTheService(Manifest deployment) throws IOException {
    var pod = deployment.json().at("/spec/template");
    var container = pod.at("/spec/containers/0");
    for (var probe :
        Map.of("startup", "live", "liveness", "live", "readiness", "ready").entrySet()) {
      var http = container.at("/" + probe.getKey() + "Probe/httpGet");
      assertThat(http.get("path").asText()).isEqualTo("/health/" + probe.getValue());
      assertThat(http.get("port").asText()).isEqualTo("http");
    }
    assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(9464);
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(pod.at("/spec/securityContext/runAsNonRoot").asBoolean()).isTrue();

    var labels = pod.at("/metadata/labels");
    var service = manifest(deployment.file(), "v1/Service").json();
    var budget = manifest("base/scaling.yaml", "policy/v1/PodDisruptionBudget").json();
    assertThat(deployment.json().at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(service.at("/spec/selector")).isEqualTo(labels);
    assertThat(budget.at("/spec/selector/matchLabels")).isEqualTo(labels);
  }

  @Test
  void shouldScaleTheServiceUpToItsPartitionsOnItsLag() throws IOException {
    var autoscaler = manifest("base/scaling.yaml", "autoscaling/v2/HorizontalPodAutoscaler").json();
    var deployment = manifest(SERVICE, "apps/v1/Deployment").json();
    assertThat(autoscaler.at("/spec/scaleTargetRef/name"))
        .isEqualTo(deployment.at("/metadata/name"));
    assertThat(autoscaler.at("/spec/maxReplicas").asInt()).isEqualTo(Topics.DEFAULT_PARTITIONS);
    assertThat(autoscaler.at("/spec/metrics/0/pods/metric/name").asText())
        .isEqualTo("deftstream_consumer_lag");
  }

  /** As NVIDIA documents it: a limit, which is the request too, and a toleration. */
  @Test
  void shouldAskForAGpu() throws IOException {
    var patch = yaml("overlays/gpu/gpu.yaml");
    var service = manifest(SERVICE, "apps/v1/Deployment").json();
    assertThat(patch.at("/metadata/name")).isEqualTo(service.at("/metadata/name"));
    var pod = patch.at("/spec/template/spec");
    assertThat(pod.at("/tolerations/0/key").asText()).isEqualTo("nvidia.com/gpu");
    var container = pod.at("/containers/0");
    assertThat(container.get("name"))
        .isEqualTo(service.at("/spec/template/spec/containers/0/name"));
    assertThat(container.at("/resources/limits/nvidia.com~1gpu").asText()).isEqualTo("1");
  }

  @Test
  void shouldScrapeEveryPodThatHasAPageOfMetrics() throws IOException {
    var monitor = yaml("overlays/monitoring/podmonitor.yaml");
    assertThat(monitor.get("kind").asText()).isEqualTo("PodMonitor");
    var endpoint = monitor.at("/spec/podMetricsEndpoints/0");
    assertThat(endpoint.get("path").asText()).isEqualTo("/metrics");
    assertThat(yaml("overlays/monitoring/alerts.yaml").at("/spec/groups"))
        .isEqualTo(yaml("../prometheus/alerts.yml").get("groups"));
    // The alerts name the job.
    assertThat(endpoint.at("/relabelings/0/replacement").asText()).isEqualTo("deftstream");
    var components = monitor.at("/spec/selector/matchExpressions/0/values").valueStream().toList();
    for (var deployment : deployments().toList()) {
      var pod = deployment.json().at("/spec/template");
      assertThat(components).contains(pod.at("/metadata/labels/app.kubernetes.io~1component"));
      assertThat(pod.at("/spec/containers/0/ports/0/name")).isEqualTo(endpoint.get("port"));
    }
  }

  /** A Job cannot be changed, and one that stays is in the way of the next. */
  @Test
  void shouldLetTheTopicsBeMadeAgain() throws IOException {
    var job = manifest("base/topics.yaml", "batch/v1/Job").json();
    assertThat(job.at("/spec/ttlSecondsAfterFinished").asInt()).isBetween(1, 300);
    assertThat(job.at("/spec/template/spec/restartPolicy").asText()).isEqualTo("OnFailure");
    assertThat(job.at("/metadata/annotations/argocd.argoproj.io~1sync-options").asText())
        .contains("Force=true", "Replace=true");
    assertThat(job.at("/metadata/annotations/kustomize.toolkit.fluxcd.io~1force").asText())
        .isEqualTo("enabled");
  }

  /** What is written has a bound of its own, not that of the node's disk. */
  @Test
  void shouldBoundWhatIsWritten() throws IOException {
    int volumes = 0;
    for (var manifest : manifests()) {
      for (var volume : manifest.json().at("/spec/template/spec/volumes")) {
        volumes++;
        assertThat(
                volume.at("/emptyDir/sizeLimit").isTextual() || volume.has("persistentVolumeClaim"))
            .as(manifest + ": " + volume)
            .isTrue();
      }
    }
    assertThat(volumes).isGreaterThan(5);
  }

  @Test
  void shouldKeepWhatTheTrainerHasBegun() throws IOException {
    var pod = manifest(TRAINER, "apps/v1/Deployment").json().at("/spec/template");
    var claim = manifest(TRAINER, "v1/PersistentVolumeClaim").json();
    var container = pod.at("/spec/containers/0");
    assertThat(container.at("/args/1").asText()).isEqualTo("--serve");
    assertThat(container.at("/volumeMounts/0/name")).isEqualTo(pod.at("/spec/volumes/0/name"));
    assertThat(pod.at("/spec/volumes/0/persistentVolumeClaim/claimName"))
        .isEqualTo(claim.at("/metadata/name"));
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
    assertThat(manifest(TRAINER, "v1/Service").json().at("/spec/selector"))
        .isEqualTo(pod.at("/metadata/labels"));
  }

  @Test
  void shouldLetNobodyInButWhoReadsMetricsAndOutOnlyToBrokersRegistryAndNames() throws IOException {
    var policy =
        manifest("base/network.yaml", "networking.k8s.io/v1/NetworkPolicy").json().get("spec");
    var settings = manifest("base/settings.yaml", "v1/ConfigMap").json().get("data");
    assertThat(policy.get("policyTypes").toString()).isEqualTo("[\"Ingress\",\"Egress\"]");
    var selected = policy.at("/podSelector/matchLabels");
    for (var manifest : manifests()) {
      var labels = manifest.json().at("/spec/template/metadata/labels");
      if (!labels.isMissingNode()) {
        selected
            .properties()
            .forEach(each -> assertThat(labels.get(each.getKey())).isEqualTo(each.getValue()));
      }
    }
    var container =
        manifest(SERVICE, "apps/v1/Deployment").json().at("/spec/template/spec/containers/0");
    assertThat(policy.get("ingress")).hasSize(1);
    assertThat(policy.at("/ingress/0/from")).isNotEmpty();
    assertThat(policy.at("/ingress/0/ports").findValues("port"))
        .containsExactly(container.at("/ports/0/containerPort"));
    assertThat(policy.at("/egress/0/ports").findValuesAsText("port"))
        .containsExactly(
            port(settings.get("DEFTSTREAM_BOOTSTRAP_SERVERS")),
            port(settings.get("DEFTSTREAM_SCHEMA_REGISTRY_URL")));
    assertThat(policy.at("/egress/1/ports").findValuesAsText("port")).containsOnly("53");
    assertThat(policy.get("egress")).hasSize(2);
  }

  private static String port(JsonNode address) {
    return address.asText().replaceFirst("^.*:(\\d+).*$", "$1");
  }

  /** What is not listed is not applied. */
  @Test
  void shouldListAllManifests() throws IOException {
    for (var folder : List.of("base", "overlays/trainer", "overlays/monitoring")) {
      var listed =
          yaml(folder + "/kustomization.yaml")
              .get("resources")
              .valueStream()
              .map(JsonNode::asText)
              .toList();
      try (var files = Files.list(DIRECTORY.resolve(folder))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsAll(listed)
            .filteredOn(file -> !listed.contains(file))
            .isSubsetOf("kustomization.yaml", "prometheus-adapter.yaml");
      }
    }
  }

  /** All forms as kustomize makes them, read like the manifests themselves. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".",
        "base",
        "overlays/gpu",
        "overlays/trainer",
        "overlays/monitoring",
        "overlays/all"
      })
  void shouldRenderEveryForm(String form) throws IOException {
    if (!Shell.has("kubectl")) {
      var line = "kubectl is not installed: the forms of the manifests are NOT rendered";
      System.out.println(line);
      Assumptions.abort(line);
    }
    var rendered =
        read(
            form,
            Shell.run(
                DIRECTORY,
                scratch.resolve("rendered.yaml"),
                Map.of(),
                "kubectl",
                "kustomize",
                form));
    assertThat(rendered).isNotEmpty();
    for (var object : rendered) {
      if (!object.kind().startsWith("monitoring.coreos.com/")) {
        assertThat(parse(object)).as(object.toString()).isNotNull();
      }
    }
    if (form.equals("overlays/gpu") || form.equals("overlays/all")) {
      var pod =
          rendered.stream()
              .filter(each -> each.json().at("/metadata/name").asText().equals("deftstream"))
              .filter(each -> each.kind().equals("apps/v1/Deployment"))
              .findFirst()
              .orElseThrow()
              .json()
              .at("/spec/template/spec");
      assertThat(pod.at("/tolerations/0/key").asText()).isEqualTo("nvidia.com/gpu");
      assertThat(pod.at("/containers/0/image").asText()).endsWith("service:gpu");
      var limits = pod.at("/containers/0/resources/limits");
      assertThat(limits.get("nvidia.com/gpu").asText()).isEqualTo("1");
      assertThat(limits.get("memory").asText()).isEqualTo("8Gi");
      assertThat(pod.at("/containers/0/env").findValuesAsText("name"))
          .contains("DEFTSTREAM_INSTANCE_ID", "DEFTSTREAM_ENGINE_MAX_BATCH");
    }
  }

  /** The service refuses a setting that it does not know; so does this. */
  @ParameterizedTest
  @MethodSource("deployments")
  void shouldSetWhatTheServiceKnows(Manifest deployment) throws IOException {
    Map<String, String> environment = new HashMap<>();
    manifest("base/settings.yaml", "v1/ConfigMap")
        .json()
        .get("data")
        .properties()
        .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    for (var each : deployment.json().at("/spec/template/spec/containers/0/env")) {
      environment.put(each.get("name").asText(), each.path("value").asText("a-pod"));
    }
    var settings = ServiceSettings.load(Optional.empty(), environment, List.of());
    assertThat(settings.bootstrapServers()).isNotBlank();
    if (environment.containsKey("DEFTSTREAM_INSTANCE_ID")) {
      assertThat(settings.instanceId()).isEqualTo("a-pod");
    }
  }

  static Stream<Manifest> deployments() throws IOException {
    return manifests().stream().filter(each -> each.kind().equals("apps/v1/Deployment"));
  }

  /** Deployments of the service itself. */
  static Stream<Manifest> instances() throws IOException {
    return deployments()
        .filter(
            each ->
                each.json()
                    .at("/metadata/labels/app.kubernetes.io~1component")
                    .asText()
                    .equals("service"));
  }

  private static Manifest manifest(String file, String kind) throws IOException {
    return manifests().stream()
        .filter(each -> each.file().equals(file) && each.kind().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static Object parse(Manifest manifest) throws IOException {
    return PARSERS.get(manifest.kind()).parse(manifest.json().toString());
  }
}
