package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** The schemas are the reference that producers in other languages read. */
class SchemaDocTest {

  @Test
  void shouldDocumentEveryFieldAndType() {
    List<String> undocumented = new ArrayList<>();

    SchemaFiles.read(SchemaFiles.CURRENT).values().forEach(schema -> visit(schema, undocumented));

    assertThat(undocumented).isEmpty();
  }

  @Test
  void shouldGiveEveryEnumADefault() {
    List<String> without = new ArrayList<>();

    SchemaFiles.read(SchemaFiles.CURRENT).values().stream()
        .flatMap(schema -> schema.getFields().stream())
        .map(Schema.Field::schema)
        .filter(schema -> schema.getType() == Schema.Type.ENUM && schema.getEnumDefault() == null)
        .forEach(schema -> without.add(schema.getFullName()));

    assertThat(without).as("without a default, a new symbol breaks every older reader").isEmpty();
  }

  @Test
  void shouldSeeWhatIsUndocumented() {
    List<String> undocumented = new ArrayList<>();

    visit(
        new Schema.Parser()
            .parse(
                "{'type':'record','name':'R','fields':[{'name':'a','type':'int'}]}"
                    .replace('\'', '"')),
        undocumented);

    assertThat(undocumented).containsExactly("R", "R.a");
  }

  private static void visit(Schema record, List<String> undocumented) {
    if (blank(record.getDoc())) {
      undocumented.add(record.getFullName());
    }
    for (Schema.Field field : record.getFields()) {
      if (blank(field.doc())) {
        undocumented.add(record.getFullName() + "." + field.name());
      }
      if (field.schema().getType() == Schema.Type.ENUM && blank(field.schema().getDoc())) {
        undocumented.add(field.schema().getFullName());
      }
    }
  }

  private static boolean blank(String doc) {
    return doc == null || doc.isBlank();
  }
}
