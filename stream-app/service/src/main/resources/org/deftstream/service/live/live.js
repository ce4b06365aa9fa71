"use strict";
// Everything that came from a record is put into text nodes; nothing is ever read as markup.
(() => {
  const MOST_ANSWERS = 12;
  const MOST_LETTERS = 50;
  const HISTORY = 120;
  const HIDDEN = [0x5b, 0x7f, 0xa6];
  const HEAT = [[0, 0, 4], [27, 12, 65], [74, 12, 107], [120, 28, 109], [165, 44, 96],
    [207, 68, 70], [237, 105, 37], [251, 155, 6], [252, 255, 164]];

  const find = id => document.getElementById(id);
  const make = (name, text, style) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (style) made.className = style;
    return made;
  };
  const say = (id, text) => {
    if (find(id).textContent !== text) find(id).textContent = text;
  };
  const number = (value, decimals) =>
    Number.isFinite(value) ? value.toFixed(decimals).replace("-", "−") : "–";
  const duration = seconds => !Number.isFinite(seconds) ? "–"
    : seconds < 1 ? number(seconds * 1e3, 0) + " ms" : number(seconds, seconds < 10 ? 1 : 0) + " s";
  const age = since => {
    const seconds = Math.max(0, (Date.now() - since) / 1e3);
    return seconds < 100 ? number(seconds, 0) + " s" : seconds < 6000 ? number(seconds / 60, 0) + " min"
      : seconds < 360000 ? number(seconds / 3600, 0) + " h" : number(seconds / 86400, 0) + " d";
  };

  // ---- metrics, as Prometheus writes them ----
  const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
  const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
  const unescape = text => text.replace(/\\(.)/g, (all, c) => c === "n" ? "\n" : c);
  const parse = text => {
    const samples = new Map();
    for (const line of text.split("\n")) {
      const found = LINE.exec(line);
      if (!found) continue;
      const labels = {};
      for (const label of (found[2] || "").matchAll(LABEL)) labels[label[1]] = unescape(label[2]);
      const value = found[3] === "+Inf" ? Infinity : Number(found[3]);
      if (!samples.has(found[1])) samples.set(found[1], []);
      samples.get(found[1]).push({labels, value});
    }
    return samples;
  };
  let metrics = new Map();
  const all = name => metrics.get(name) || [];
  const sum = (name, fits = () => true) =>
    all(name).filter(each => fits(each.labels)).reduce((total, each) => total + each.value, 0);
  const known = name => metrics.has(name);
  /** The bucket that holds a quantile: its upper bound. */
  const quantile = (name, part, fits) => {
    const buckets = new Map();
    for (const each of all(name + "_bucket").filter(each => fits(each.labels))) {
      const bound = each.labels.le === "+Inf" ? Infinity : Number(each.labels.le);
      buckets.set(bound, (buckets.get(bound) || 0) + each.value);
    }
    const bounds = [...buckets.keys()].sort((a, b) => a - b);
    const count = bounds.length ? buckets.get(bounds[bounds.length - 1]) : 0;
    if (!count) return NaN;
    return bounds.find(bound => buckets.get(bound) >= part * count);
  };
  const times = (name, fits) => {
    const middle = quantile(name, .5, fits);
    return Number.isNaN(middle) ? "–" : bound(middle) + " · " + bound(quantile(name, .95, fits));
  };
  const bound = seconds => seconds === Infinity ? "> 2 min" : "≤ " + duration(seconds);

  const history = [];
  const showMetrics = text => {
    metrics = parse(text);
    const answered = sum("deftstream_records_out_total");
    const dead = sum("deftstream_dead_letters_total");
    say("in", number(sum("deftstream_records_in_total"), 0));
    say("out", number(answered, 0));
    say("dead", number(dead, 0));
    find("dead-tile").className = dead > 0 ? "bad" : "";
    say("lag", known("deftstream_consumer_lag") ? number(sum("deftstream_consumer_lag"), 0) : "–");
    say("work", number(sum("deftstream_admission_records"), 0));
    say("fill", number(100 * sum("deftstream_engine_batch_fill_ratio"), 0) + " %");
    // Counters come more often than once a second, the points of the curve do not.
    const now = performance.now() / 1e3;
    if (!history.length || now - history[history.length - 1].at >= .95) {
      history.push({at: now, answered});
      while (history.length > HISTORY) history.shift();
      drawHistory();
    }
    const from = history[Math.max(0, history.length - 11)];
    say("rate", now > from.at ? number((answered - from.answered) / (now - from.at), 1) : "–");
    showReasons();
    showTasks();
  };

  const drawHistory = () => {
    const rates = history.slice(1).map((each, i) =>
      Math.max(0, (each.answered - history[i].answered) / Math.max(.2, each.at - history[i].at)));
    const most = Math.max(1, ...rates);
    const points = rates.map((rate, i) =>
      `${600 * (i + HISTORY - rates.length) / (HISTORY - 1)},${58 - 56 * rate / most}`);
    find("history").firstElementChild.setAttribute("points", points.join(" "));
    say("history-caption",
      `answers per second, the last two minutes; the most was ${number(Math.max(0, ...rates), 1)}`);
  };

  const showReasons = () => {
    const reasons = all("deftstream_dead_letters_total").filter(each => each.value > 0);
    find("letters-none").hidden = reasons.length > 0;
    find("reasons").replaceChildren(...reasons.map(each =>
      make("li", `${each.labels.reason}: ${number(each.value, 0)}`)));
  };

  // ---- tasks ----
  let tasks = [];
  const cell = (row, text, style) => {
    const made = make("td", text, style);
    row.append(made);
    return made;
  };
  const since = task => {
    const adapter = task.served ? task.served.adapter : null;
    const begun = task.history.filter(event => event.state === "SERVING"
      && event.adapter === adapter).pop();
    return begun ? begun.at.replace("T", " ").slice(0, 19) : "the start";
  };
  const showTasks = () => {
    const names = new Map(tasks.map(task => [task.task, task]));
    for (const each of all("deftstream_compute_time_seconds_count")) {
      if (!names.has(each.labels.task)) names.set(each.labels.task, null);
    }
    const rows = [...names.keys()].sort().map(name => {
      const task = names.get(name);
      const served = task && task.served;
      const fits = labels => labels.task === name;
      const row = make("tr");
      cell(row, name);
      cell(row, served ? served.adapter || served.method
        : [...new Set(all("deftstream_compute_time_seconds_count").filter(e => fits(e.labels))
          .map(e => e.labels.method))].join(", ") || "–");
      cell(row, task ? since(task) : "–");
      cell(row, served && served.canary
        ? `${served.canary}, ${number(100 * served.canaryShare, 0)} %` : "–");
      const count = sum("deftstream_compute_time_seconds_count", fits);
      cell(row, number(count, 0), "n");
      cell(row, times("deftstream_queue_time_seconds", fits), "n");
      cell(row, times("deftstream_compute_time_seconds", fits), "n");
      const judged = sum("deftstream_residual_count", fits);
      cell(row, judged ? number(sum("deftstream_residual_sum", fits) / judged, 2) : "–", "n");
      const range = served && served.validatedResidual;
      cell(row, range ? `${number(range.low, 2)} to ${number(range.high, 2)}` : "–", "n");
      const checked = sum("deftstream_residual_checked_total", fits);
      const outside = sum("deftstream_residual_outside_total", fits);
      cell(row, checked ? `${number(outside, 0)} of ${number(checked, 0)}` : "–",
        outside > 0 ? "n outside" : "n");
      return row;
    });
    find("tasks").replaceChildren(...rows);
  };
  const takeTasks = document => {
    tasks = document.tasks;
    const events = tasks.flatMap(task => task.history.map(event => ({task: task.task, ...event})))
      .sort((a, b) => a.at < b.at ? 1 : -1).slice(0, 50);
    find("events").replaceChildren(...events.map(event => make("li",
      `${event.at.replace("T", " ").slice(0, 19)} ${event.task}: ${event.adapter || "training-free"} `
      + event.state.toLowerCase() + (event.reason ? ": " + event.reason : ""))));
    showTasks();
  };

  // ---- records ----
  const heat = level => {
    const at = Math.min(1, level) * (HEAT.length - 1);
    const low = Math.min(Math.floor(at), HEAT.length - 2);
    return HEAT[low].map((from, i) => from + (at - low) * (HEAT[low + 1][i] - from));
  };
  const draw = (picture, label, warm) => {
    const canvas = make("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    const levels = atob(picture.levels);
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(picture.width, picture.height);
    for (let i = 0; i < picture.width * picture.height; i++) {
      const read = channel => levels.charCodeAt(i * picture.channels + channel % picture.channels);
      let colour = [0, 1, 2].map(channel => Math.max(0, read(channel) - 1) * 255 / 254);
      if (read(0) === 0) colour = HIDDEN;
      else if (warm) colour = heat(picture.high > 0
        ? (picture.low + (picture.high - picture.low) * (read(0) - 1) / 254) / picture.high : 0);
      pixels.data.set([...colour, 255], 4 * i);
    }
    context.putImageData(pixels, 0, 0);
    return canvas;
  };
  const pictured = (picture, of, label, warm) => {
    const figure = make("figure");
    if (picture) figure.append(draw(picture, label, warm));
    figure.append(make("figcaption", of, "of"));
    return figure;
  };
  const record = answer => {
    const made = make("article", undefined, "record");
    made.dataset.id = answer.id;
    const triple = make("div", undefined, "triple");
    const deviation = answer.deviation;
    triple.append(
      pictured(answer.measured, "measured", `measurement ${answer.id}`, false),
      pictured(answer.mean, "reconstructed", `reconstruction of ${answer.id}`, false),
      pictured(deviation, deviation ? `± up to ${number(deviation.high, 3)}` : "one sample",
        `standard deviation of ${answer.id}`, true));
    made.append(triple, make("p", answer.id, "id"));
    const line = make("p", `${answer.task} · ${answer.adapter || answer.method} · `
      + `${answer.samples} ${answer.samples === 1 ? "sample" : "samples"} · `
      + `queue ${duration(answer.queueMs / 1e3)}, compute ${duration(answer.computeMs / 1e3)} · `
      + `${answer.place} · residual `, "say");
    line.append(make("span", number(answer.residual === undefined ? NaN : answer.residual, 2)
      + (answer.outOfRange ? ", outside of the validated range" : ""),
      answer.outOfRange ? "outside" : undefined));
    made.append(line);
    return made;
  };
  let paused = false;
  let kept = [];
  const takeAnswer = answer => {
    if (paused) {
      kept = [...kept, answer].slice(-MOST_ANSWERS);
      return;
    }
    find("answers").prepend(record(answer));
    while (find("answers").children.length > MOST_ANSWERS) find("answers").lastElementChild.remove();
  };
  find("pause").addEventListener("click", () => {
    paused = !paused;
    find("pause").setAttribute("aria-pressed", String(paused));
    find("pause").textContent = paused ? "Go on" : "Pause";
    if (!paused) {
      kept.forEach(takeAnswer);
      kept = [];
    }
  });

  const takeLetter = letter => {
    const row = make("tr");
    const when = cell(row, new Date(letter.at).toLocaleTimeString() + " ");
    when.append(make("code", letter.place));
    cell(row, `${letter.reason} (${letter.stage})`);
    const words = cell(row, letter.message || "");
    words.append(letter.message ? make("br") : "", make("code",
      `deftstream dlq replay --reason ${letter.reason} --partition ${letter.partition}`));
    find("letters").prepend(row);
    while (find("letters").children.length > MOST_LETTERS) find("letters").lastElementChild.remove();
    find("letters-table").hidden = false;
  };

  // ---- instances and the state of this one ----
  let reports = [];
  const showInstances = () => {
    find("instances").replaceChildren(...reports.map(report => {
      const row = make("tr");
      cell(row, report.instance);
      cell(row, report.task);
      cell(row, report.adapter || "training-free");
      cell(row, report.gone ? "gone" : report.state + (report.reason ? ": " + report.reason : ""),
        report.gone ? "gone" : undefined);
      cell(row, age(Date.parse(report.seenAt || report.at)) + " ago", "n");
      return row;
    }));
  };
  let state = null;
  let heard = 0;
  const showState = () => {
    // A viewer is served for 7 s at a time; an idle instance has nothing new to say meanwhile.
    const silent = Date.now() - heard > 10000;
    const box = find("state");
    box.className = "state " + (silent || !state || state.unready ? "trouble" : "ready");
    say("state", silent ? (heard ? "no connection to the instance" : "connecting")
      : state.unready ? "not ready: " + state.unready : "ready");
  };
  const takeState = told => {
    state = told;
    say("instance", told.instance);
    document.title = told.instance + " · Deftstream";
    if (!told.showsRecords) {
      say("records-note", "Pictures and texts of records are shown on an address of this machine"
        + " alone, or where http.token is set.");
    }
    showState();
  };

  let run = "";
  const source = new EventSource("/live/events");
  const on = (name, take) => source.addEventListener(name, event => {
    heard = Date.now();
    take(event.data);
  });
  on("run", told => {
    if (run && run !== told) {
      find("answers").replaceChildren();
      find("letters").replaceChildren();
      history.length = 0;
    }
    run = told;
    if (state) showState();
  });
  on("metrics", showMetrics);
  on("tasks", data => takeTasks(JSON.parse(data)));
  on("state", data => takeState(JSON.parse(data)));
  on("instances", data => {
    reports = JSON.parse(data).reports || [];
    showInstances();
  });
  on("answer", data => takeAnswer(JSON.parse(data)));
  on("letter", data => takeLetter(JSON.parse(data)));
  // A busy server answers 503, after which a browser gives up for good: come again by loading anew.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 10000);
  });
  setInterval(() => {
    if (state || heard) showState();
    showInstances();
  }, 1000);
})();
