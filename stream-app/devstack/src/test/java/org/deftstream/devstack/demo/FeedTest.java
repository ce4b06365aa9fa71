package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeedTest {
  private final List<Subject> slices = DemoSamples.subjects(DemoSamples.ct(), 4);
  private final List<Subject> pictures = DemoSamples.subjects(DemoSamples.inpainting(), 2);
  private final List<HostileRecord> hostile =
      IntStream.rangeClosed(1, 8)
          .mapToObj(i -> new HostileRecord("hostile-" + i, "bad", new byte[0]))
          .toList();

  @Test
  void shouldSendEverySubjectTwiceAndEachHostileRecordOnce() {
    var feed = new Feed(List.of(slices, pictures), hostile);

    var items = new ArrayList<Feed.Item>();
    for (var item = feed.next(); item.isPresent(); item = feed.next()) {
      items.add(item.get());
    }

    assertThat(items).hasSize(2 * 6 + 8);
    assertThat(items.stream().map(Feed.Item::key)).doesNotHaveDuplicates();
    assertThat(items.subList(0, 10)).noneMatch(Feed.Item::secondPass);
    assertThat(items.subList(10, 20)).allMatch(Feed.Item::secondPass);
    assertThat(items.subList(0, 10).stream().filter(item -> item.hostile() != null)).hasSize(4);
    assertThat(items.get(0).hostile()).isNull();
  }

  @Test
  void shouldSendAgainWhatIsStillAnsweredTrainingFreeInTheSecondPass() {
    var feed = new Feed(List.of(slices.subList(0, 1)), List.of());
    var first = feed.next().orElseThrow();
    var second = feed.next().orElseThrow();
    assertThat(feed.next()).isEmpty();

    feed.answered(first, false);
    assertThat(feed.openInFirstPass()).isZero();
    feed.answered(second, false);
    var third = feed.next().orElseThrow();
    assertThat(third.subject()).isSameAs(first.subject());
    assertThat(third.key()).endsWith(".3");
    assertThat(feed.finished()).isFalse();

    feed.answered(third, true);
    assertThat(feed.finished()).isTrue();
  }

  @Test
  void shouldNotSendAgainInTheFirstPass() {
    var feed = new Feed(List.of(slices.subList(0, 1)), List.of());
    var first = feed.next().orElseThrow();
    feed.next();

    feed.answered(first, false);

    assertThat(feed.next()).isEmpty();
  }

  @Test
  void shouldMixTheTasks() {
    var feed = new Feed(List.of(slices, pictures), List.of());

    var prefixes =
        IntStream.range(0, 6)
            .mapToObj(i -> feed.next().orElseThrow().subject().scenario().prefix())
            .toList();

    assertThat(prefixes.subList(0, 3)).containsOnlyOnce("fashion");
    assertThat(prefixes.subList(3, 6)).containsOnlyOnce("fashion");
  }
}
