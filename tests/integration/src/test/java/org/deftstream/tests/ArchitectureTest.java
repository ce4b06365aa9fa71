package org.deftstream.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.deftstream.messaging.config.Setting;
import org.junit.jupiter.api.Test;

/**
 * Holds modules and packages to the arrows of {@code docs/architecture.md}. What each package may
 * import stands in {@code package-imports.txt}; a package that is not there fails.
 */
class ArchitectureTest {
  private static final String ROOT = "org.deftstream.";
  private static final String TENSORFLOW = "org.deftstream.deft.tensorflow..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/test-classes/"))
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("org.deftstream");

  @Test
  void shouldLetModulesUseOnlyWhatLiesBelowThem() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("schemas")
        .definedBy("org.deftstream.schemas..")
        .layer("client")
        .definedBy("org.deftstream.client..")
        .layer("core")
        .definedBy(
            JavaClass.Predicates.resideInAPackage("org.deftstream.deft..")
                .and(
                    JavaClass.Predicates.resideOutsideOfPackages(
                        TENSORFLOW, "org.deftstream.deft.evaluation..")))
        .layer("tensorflow")
        .definedBy(TENSORFLOW)
        .layer("evaluation")
        .definedBy("org.deftstream.deft.evaluation..")
        .layer("messaging")
        .definedBy("org.deftstream.messaging..")
        .layer("service")
        .definedBy("org.deftstream.service..")
        .layer("trainer")
        .definedBy("org.deftstream.trainer..")
        .layer("cli")
        .definedBy("org.deftstream.cli..")
        .layer("devstack")
        .definedBy("org.deftstream.devstack..")
        .whereLayer("schemas")
        .mayNotAccessAnyLayer()
        .whereLayer("client")
        .mayOnlyAccessLayers("schemas")
        .whereLayer("client")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("core")
        .mayNotAccessAnyLayer()
        .whereLayer("tensorflow")
        .mayOnlyAccessLayers("core")
        .whereLayer("evaluation")
        .mayOnlyAccessLayers("core")
        .whereLayer("messaging")
        .mayOnlyAccessLayers("schemas", "core")
        .whereLayer("service")
        .mayOnlyAccessLayers("schemas", "core", "tensorflow", "messaging")
        .whereLayer("trainer")
        .mayOnlyAccessLayers("schemas", "core", "tensorflow", "evaluation", "messaging")
        .whereLayer("devstack")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void shouldNameTheEngineInOnePackageOnly() {
    noClasses()
        .that()
        .resideInAPackage("org.deftstream..")
        .and()
        .resideOutsideOfPackage(TENSORFLOW)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl..", "org.tensorflow..", "org.bytedeco..")
        .because("the engine has no future that is known, and must be exchangeable")
        .check(CLASSES);
  }

  @Test
  void shouldKeepTheMethodFreeOfKafka() {
    noClasses()
        .that()
        .resideInAPackage("org.deftstream.deft..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "org.apache.avro..", "io.confluent..")
        .because("deft is a library of its own")
        .check(CLASSES);
  }

  @Test
  void shouldKeepTheBrokerOutOfWhatRunsInProduction() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.deftstream.devstack..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("kafka..", "scala..", "org.apache.kafka.server..")
        .check(CLASSES);
  }

  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    slices()
        .matching("org.deftstream.(**)")
        .should()
        .beFreeOfCycles()
        // Generated records ask for what may be read; they belong to schemas.
        .ignoreDependency(
            JavaClass.Predicates.resideInAPackage("org.deftstream.schemas.avro"),
            DescribedPredicate.alwaysTrue())
        .check(CLASSES);
  }

  @Test
  void shouldImportWhatItsPackageMay() {
    var allowed = allowed();
    var found = new TreeMap<String, Set<String>>();
    CLASSES.stream()
        .forEach(
            origin ->
                found
                    .computeIfAbsent(shortName(origin), name -> new TreeSet<>())
                    .addAll(targets(origin)));

    var beyond = new TreeMap<String, Set<String>>();
    found.forEach(
        (name, targets) -> {
          var more = new TreeSet<>(targets);
          more.removeAll(allowed.getOrDefault(name, Set.of()));
          if (!more.isEmpty() || !allowed.containsKey(name)) {
            beyond.put(name, more);
          }
        });
    assertThat(beyond).as("imports beyond package-imports.txt, by package").isEmpty();
    assertThat(found.keySet()).as("packages that the file names").containsAll(allowed.keySet());
  }

  /**
   * What others wrote is parsed strictly, and refused in the same words: by {@code JsonText}, and
   * by the header of safetensors, of which every byte counts. The rest reads what it wrote itself.
   */
  @Test
  void shouldParseTheJsonOfOthersInOnePlace() {
    var own =
        Set.of(
            "PairSnapshot",
            "ResultStore",
            "RunManifest",
            "ResultFiles",
            "ReplayNotes",
            "TrainerProcess",
            "Catalogue",
            "RegisteredSchemas");
    var parsers =
        CLASSES.stream()
            .filter(
                type ->
                    type.getMethodCallsFromSelf().stream()
                        .anyMatch(
                            call ->
                                call.getTargetOwner().isAssignableTo(ObjectMapper.class)
                                    && call.getName().startsWith("read")))
            .map(JavaClass::getSimpleName)
            .filter(name -> !own.contains(name))
            .toList();
    assertThat(parsers).containsExactlyInAnyOrder("JsonText", "SafetensorsHeader");
  }

  /** A setting that nothing reads is a promise that nothing keeps. */
  @Test
  void shouldReadEverySetting() {
    var settings =
        CLASSES.stream()
            .flatMap(owner -> owner.getFields().stream())
            .filter(field -> field.getRawType().isEquivalentTo(Setting.class))
            .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
            .toList();
    assertThat(settings).hasSizeGreaterThan(60);
    for (var setting : settings) {
      assertThat(setting.getAccessesToSelf())
          .as(setting.getFullName() + " is read outside of its class")
          .anyMatch(access -> !access.getOriginOwner().equals(setting.getOwner()));
    }
  }

  private static Set<String> targets(JavaClass origin) {
    return origin.getDirectDependenciesFromSelf().stream()
        .map(Dependency::getTargetClass)
        .map(JavaClass::getBaseComponentType)
        .filter(target -> target.getPackageName().startsWith(ROOT))
        .map(ArchitectureTest::shortName)
        .filter(name -> !name.equals(shortName(origin)))
        .collect(Collectors.toSet());
  }

  private static String shortName(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }

  /** Lines {@code package: package package ...}, without {@code org.deftstream.}. */
  private static Map<String, Set<String>> allowed() {
    try (var in = ArchitectureTest.class.getResourceAsStream("package-imports.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(":", -1))
          .collect(
              Collectors.toMap(
                  parts -> parts[0].strip(),
                  parts ->
                      Arrays.stream(parts[1].strip().split("\\s+", -1))
                          .filter(name -> !name.isEmpty())
                          .collect(Collectors.toSet())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
