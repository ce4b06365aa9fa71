package org.deftstream.messaging.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceSettingsTest {
  private static final String BROKER = "bootstrap.servers=broker:9092";
  private static final String REGISTRY = "schema.registry.url=http://registry:8081";

  @TempDir Path directory;

  @Test
  void shouldHaveTheDocumentedDefaults() {
    var settings = ServiceSettings.of(BROKER, REGISTRY);

    assertThat(settings.bootstrapServers()).isEqualTo("broker:9092");
    assertThat(settings.registryUrl()).isEqualTo("http://registry:8081");
    assertThat(settings.get(ServiceKeys.APPLICATION_ID)).isEqualTo("deftstream");
    assertThat(settings.topics()).isEqualTo(Topics.defaults());
    assertThat(settings.get(EngineKeys.MAX_BATCH)).isEqualTo(16);
    assertThat(settings.get(EngineKeys.ADMISSION_BYTES)).isEqualTo(256L << 20);
    assertThat(settings.get(EngineKeys.STATE_BYTES)).isEqualTo(256L << 20);
    assertThat(settings.get(EngineKeys.LEDGER_PARK_AFTER)).isEqualTo(Duration.ofMillis(300));
    assertThat(settings.get(ConnectionKeys.CONNECT_TIMEOUT)).isEqualTo(Duration.ofSeconds(15));
    assertThat(settings.get(ServiceKeys.STATE_DIR))
        .isEqualTo(Path.of(".deftstream/state").toAbsolutePath());
    assertThat(settings.get(EngineKeys.THREADS)).isPositive();
  }

  @Test
  void shouldLetTheCommandLineWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
    var file = directory.resolve("service.properties");
    Files.writeString(
        file,
        BROKER + "\n" + REGISTRY + "\nengine.max.batch=1\nstream.threads=2\ninstance.id=a \n");
    var environment = Map.of("DEFTSTREAM_ENGINE_MAX_BATCH", "3", "DEFTSTREAM_STREAM_THREADS", "4");

    var settings =
        ServiceSettings.load(Optional.of(file), environment, List.of("engine.max.batch=5"));

    assertThat(settings.get(EngineKeys.MAX_BATCH)).isEqualTo(5);
    assertThat(settings.get(ServiceKeys.STREAM_THREADS)).isEqualTo(4);
    assertThat(settings.instanceId()).isEqualTo("a");
  }

  @Test
  void shouldNameTheNearestSettingForAnUnknownOne() {
    assertThatThrownBy(() -> ServiceSettings.of(BROKER, REGISTRY, "engine.max.bach=4"))
        .isInstanceOf(UserError.class)
        .hasMessage("unknown setting 'engine.max.bach' in --set; did you mean 'engine.max.batch'?");
    assertThatThrownBy(
            () ->
                ServiceSettings.load(
                    Optional.empty(), Map.of("DEFTSTREAM_STATE_DIRR", "x"), List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'state.dirr' in the environment variable DEFTSTREAM_STATE_DIRR")
        .hasMessageContaining("did you mean 'state.dir'?");
    assertThatThrownBy(() -> ServiceSettings.of(BROKER, REGISTRY, "quite.another.thing=4"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("docs/configuration.md");
  }

  @Test
  void shouldLeaveTheEnvironmentOfOtherPartsAlone() {
    var settings =
        ServiceSettings.load(
            Optional.empty(),
            Map.of("DEFTSTREAM_CACHE", "/tmp/x", "PATH", "/bin"),
            List.of(BROKER, REGISTRY));

    assertThat(settings.describe()).noneMatch(line -> line.contains("/tmp/x"));
  }

  @Test
  void shouldSayWhereAMissingSettingGoes() {
    assertThatThrownBy(() -> ServiceSettings.of(REGISTRY))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'bootstrap.servers' is missing")
        .hasMessageContaining("DEFTSTREAM_BOOTSTRAP_SERVERS");
  }

  @Test
  void shouldSayWhatAValueMayBe() {
    assertThatThrownBy(() -> ServiceSettings.of(BROKER, REGISTRY, "engine.max.batch=0"))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "the setting 'engine.max.batch' in --set cannot be '0': it takes a whole number from 1"
                + " to 4096");
    assertThatThrownBy(() -> ServiceSettings.of(BROKER, REGISTRY, "engine.bfloat16=ja"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it takes auto or true or false");
    assertThatThrownBy(() -> ServiceSettings.of("bootstrap.servers"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("key=value");
  }

  @Test
  void shouldPassKafkasOwnSettingsThroughToTheirClients() {
    var settings =
        ServiceSettings.of(
            BROKER,
            REGISTRY,
            "kafka.security.protocol=SSL",
            "kafka.client.id=all",
            "consumer.client.id=mine",
            "consumer.my.interceptor.setting=1",
            "streams.num.standby.replicas=1",
            "registry.basic.auth.user.info=me:secret");

    assertThat(settings.adminConfig())
        .containsEntry("security.protocol", "SSL")
        .containsEntry("client.id", "all")
        .containsEntry("bootstrap.servers", "broker:9092");
    assertThat(settings.consumerConfig())
        .containsEntry("security.protocol", "SSL")
        .containsEntry("client.id", "mine")
        .containsEntry("my.interceptor.setting", "1");
    assertThat(settings.producerConfig()).containsEntry("client.id", "all");
    assertThat(settings.streamsConfig()).containsExactly(Map.entry("num.standby.replicas", "1"));
    assertThat(settings.registryConfig())
        .containsExactly(Map.entry("basic.auth.user.info", "me:secret"));
  }

  @Test
  void shouldRefuseASlipInAPassedSetting() {
    assertThatThrownBy(() -> ServiceSettings.of(BROKER, REGISTRY, "consumer.max.poll.recrods=1"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean 'consumer.max.poll.records'?");
  }

  @Test
  void shouldNeverShowASecret() {
    var settings =
        ServiceSettings.of(
            BROKER,
            "schema.registry.url=http://me:hush@registry:8081",
            "kafka.ssl.keystore.password=hush",
            "kafka.sasl.jaas.config=hush",
            "producer.ssl.key.password=hush",
            "registry.bearer.auth.token=hush",
            "registry.basic.auth.user.info=me:hush",
            "consumer.my.api.secret=hush");

    assertThat(settings.toString()).doesNotContain("hush").contains("(hidden)", "engine.max.batch");
    assertThat(settings.connection().toString()).doesNotContain("hush");
  }

  @Test
  void shouldRefuseAFileThatIsNotThere() {
    var file = directory.resolve("nowhere.properties");

    assertThatThrownBy(() -> ServiceSettings.load(Optional.of(file), Map.of(), List.of()))
        .isInstanceOf(UserError.class)
        .hasMessage("there is no settings file " + file);
  }

  @Test
  void shouldNameAnInstanceTheSameAfterARestart() {
    var first = ServiceSettings.of(BROKER, REGISTRY, "state.dir=a").instanceId();

    assertThat(ServiceSettings.of(BROKER, REGISTRY, "state.dir=a").instanceId()).isEqualTo(first);
    assertThat(ServiceSettings.of(BROKER, REGISTRY, "state.dir=b").instanceId())
        .isNotEqualTo(first);
  }
}
