package org.deftstream.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds modules and packages to the arrows of {@code docs/architecture.md}. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.deftstream");

  private static final String SCHEMAS = "org.deftstream.schemas..";
  private static final String DEFT = "org.deftstream.deft..";
  private static final String TRAINER = "org.deftstream.trainer..";
  private static final String STREAM = "org.deftstream.stream..";
  private static final String TENSORFLOW = "org.deftstream.deft.tensorflow..";
  private static final String COMMAND_LINE = "org.deftstream.stream.cli..";
  private static final String DEMO = "org.deftstream.stream.demo..";

  /** A rule about a package that holds nothing passes whatever the code does. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.deftstream.schemas",
        "org.deftstream.deft.engine",
        "org.deftstream.deft.tensorflow",
        "org.deftstream.stream.topology"
      })
  void shouldLookAtThePackagesThatTheRulesName(String name) {
    assertThat(CLASSES.containPackage(name)).isTrue();
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
        .resideInAPackage(DEFT)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            SCHEMAS, TRAINER, STREAM, "org.apache.kafka..", "org.apache.avro..", "io.confluent..")
        .because("deft is a library of its own")
        .check(CLASSES);
  }

  @Test
  void shouldKeepTheContractsFreeOfEverythingElse() {
    noClasses()
        .that()
        .resideInAPackage(SCHEMAS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(DEFT, TRAINER, STREAM)
        .check(CLASSES);
  }

  @Test
  void shouldLetTheTrainerRunWithoutTheService() {
    noClasses()
        .that()
        .resideInAPackage(TRAINER)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(STREAM)
        .check(CLASSES);
  }

  @Test
  void shouldReachTheTrainerFromTheCommandLineAndTheDemoOnly() {
    noClasses()
        .that()
        .resideInAPackage(STREAM)
        .and()
        .resideOutsideOfPackages(COMMAND_LINE, DEMO)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(TRAINER)
        .check(CLASSES);
  }

  @Test
  void shouldHaveNoCyclesBetweenThePackagesOfTheMethod() {
    slices().matching("org.deftstream.deft.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
