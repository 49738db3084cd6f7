'use strict';
const results = JSON.parse(document.getElementById('results').textContent);
const dashes = ['', '7 4', '2 4', '10 4 2 4', '14 4', '5 3 1 3 1 3', '4 2', '1 3'];
const arms = results.arms.map((arm, i) => ({
  name: arm.name,
  colour: `var(--c${i % 8})`,
  dash: dashes[i % 8],
  trials: results.trials.filter(trial => trial.arm === arm.name),
}));
const warmup = results.settings.warmup;

/** A short piece of an arm's line, for legends. */
function swatch(arm) {
  return `<svg viewBox="0 0 30 10" aria-hidden="true"><path d="M1 5H29" class="line" style="stroke:${arm.colour}" `
      + `stroke-dasharray="${arm.dash}"/></svg>`;
}

/** One point for each x: mean, lowest and highest over the arm's runs. `of` gives a run's points as [x, y]. */
function summarize(of) {
  return arms.map(arm => {
    const at = d3.group(arm.trials.flatMap(of).filter(([, y]) => y !== null && Number.isFinite(y)), ([x]) => x);
    const points = Array.from(at, ([x, ys]) => ({
      x, y: d3.mean(ys, p => p[1]), low: d3.min(ys, p => p[1]), high: d3.max(ys, p => p[1]),
    }));
    return { arm, points: d3.sort(points, p => p.x) };
  });
}

function smooth(values) {
  const half = Math.floor(values.length / 40);
  return values.map((_, i) => d3.mean(values.slice(Math.max(0, i - half), i + half + 1)));
}

/** From the end of warm-up on, so that the fall from chance does not hide the rest. */
function validation(trial) {
  return trial.validation.filter(p => p.step >= warmup).map(p => [p.step, p.loss]);
}

function difference(trial) {
  const first = new Map(validation(arms[0].trials.find(t => t.seed === trial.seed)));
  return validation(trial).map(([step, loss]) => [step, loss === null ? null : loss - (first.get(step) ?? NaN)]);
}

const fixed = d3.format('.3f');
const short = v => v === 0 ? '0' : Math.abs(v) >= 1e4 || Math.abs(v) < 1e-3 ? d3.format('.2~e')(v) : d3.format('.3~r')(v);
const byDepth = (key, first) => ({
  series: summarize(trial => trial[key].map((v, i) => [i + first, v])),
  x: first ? 'block' : 'depth', log: true, whole: true, dots: true, format: short,
});
const charts = {
  validation: () => ({ series: summarize(validation), x: 'step', format: fixed, height: 300 }),
  difference: () => ({ series: summarize(difference), x: 'step', zero: true, format: d3.format('+.3f'), height: 240 }),
  training: () => ({ series: summarize(t => smooth(t.loss).map((v, i) => [i + 1, v])), x: 'step', format: fixed, height: 300 }),
  earlyGradients: () => byDepth('earlyGradients', 1),
  gradients: () => byDepth('gradients', 1),
  varianceAtStart: () => byDepth('varianceAtStart', 0),
  varianceAtEnd: () => byDepth('varianceAtEnd', 0),
};

function draw(figure) {
  const chart = charts[figure.dataset.chart]();
  chart.series = chart.series.filter(s => s.points.length > 0);
  if (chart.series.length === 0) {
    figure.append('Nothing to draw: no run got this far.');
    return;
  }
  const width = Math.max(300, figure.clientWidth), height = chart.height || 280;
  const margin = { top: 12, right: 12, bottom: 38, left: 52 };
  const points = chart.series.flatMap(s => s.points);
  const x = d3.scaleLinear(d3.extent(points, p => p.x), [margin.left, width - margin.right]);
  const low = d3.min(points, p => p.low), high = d3.max(points, p => p.high);
  const positive = d3.min(points, p => p.low > 0 ? p.low : Infinity);
  const y = chart.log
      ? d3.scaleLog([positive / 1.15, high * 1.15], [height - margin.bottom, margin.top])
      : d3.scaleLinear([chart.zero ? Math.min(0, low) : low, chart.zero ? Math.max(0, high) : high], [height - margin.bottom, margin.top]).nice();
  const svg = d3.select(figure).insert('svg', 'figcaption').attr('viewBox', [0, 0, width, height]).attr('role', 'img')
      .attr('aria-label', figure.textContent.trim());
  axes(svg, chart, x, y, width, height, margin);
  const path = d3.line(p => x(p.x), p => y(p.y)).defined(p => !chart.log || p.y > 0);
  const band = d3.area(p => x(p.x), p => y(p.low), p => y(p.high)).defined(p => !chart.log || p.low > 0);
  for (const { arm, points } of chart.series) {
    if (!chart.dots && results.settings.seeds > 1) {
      svg.append('path').attr('class', 'band').style('fill', arm.colour).attr('d', band(points));
    }
  }
  for (const { arm, points } of chart.series) {
    svg.append('path').attr('class', 'line').style('stroke', arm.colour).attr('stroke-dasharray', arm.dash).attr('d', path(points));
    if (chart.dots || points.length < 2) {
      svg.append('g').style('fill', arm.colour).selectAll('circle').data(points.filter(p => !chart.log || p.y > 0)).join('circle')
          .attr('cx', p => x(p.x)).attr('cy', p => y(p.y)).attr('r', 3.2);
    }
  }
  hover(svg, chart, x, y, width, height, margin);
}

function axes(svg, chart, x, y, width, height, margin) {
  const span = x.domain()[1] - x.domain()[0];
  const bottom = d3.axisBottom(x).tickSizeOuter(0).tickSizeInner(4).ticks(chart.whole ? Math.min(span, 12) : width / 90, chart.whole ? 'd' : undefined);
  svg.append('g').attr('transform', `translate(0,${height - margin.bottom})`).call(bottom);
  svg.append('text').attr('x', width - margin.right).attr('y', height - 4).attr('text-anchor', 'end').text(chart.x);
  const left = d3.axisLeft(y).tickSizeInner(-(width - margin.left - margin.right)).tickSizeOuter(0).tickPadding(8);
  if (chart.log) {
    left.tickValues(logTicks(y)).tickFormat(short);
  } else {
    left.ticks(6);
  }
  svg.append('g').attr('transform', `translate(${margin.left},0)`).call(left).call(g => g.select('.domain').remove());
  if (chart.zero) {
    svg.append('path').attr('class', 'zero').attr('d', `M${margin.left} ${y(0)}H${width - margin.right}`);
  }
}

/** 1, 2, 5, 10 ... where they fit, powers of ten alone where many fit, even steps where hardly one does. */
function logTicks(y) {
  const [low, high] = y.domain();
  const decades = d3.range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)) + 1);
  const fit = steps => decades.flatMap(e => steps.map(s => s * 10 ** e)).filter(v => v >= low && v <= high);
  const ticks = [[1], [1, 3], [1, 2, 5]].map(fit).findLast(t => t.length <= 8) || fit([1]);
  return ticks.length >= 3 ? ticks : d3.scaleLinear(y.domain(), [0, 1]).ticks(5).filter(v => v > 0);
}

function hover(svg, chart, x, y, width, height, margin) {
  const tip = document.getElementById('tip');
  const xs = d3.sort(new Set(chart.series.flatMap(s => s.points.map(p => p.x))));
  const cursor = svg.append('path').attr('class', 'cursor').attr('visibility', 'hidden');
  svg.on('pointermove', event => {
    const at = xs[d3.bisectCenter(xs, x.invert(d3.pointer(event)[0]))];
    cursor.attr('visibility', null).attr('d', `M${x(at)} ${margin.top}V${height - margin.bottom}`);
    const found = d3.sort(chart.series.map(s => ({ arm: s.arm, p: s.points.find(p => p.x === at) })).filter(f => f.p), f => -f.p.y);
    tip.innerHTML = `${chart.x} ${at}<table>` + found.map(f =>
      `<tr><td>${swatch(f.arm)}<span></span><td class="n">${chart.format(f.p.y)}</tr>`).join('') + '</table>';
    tip.querySelectorAll('span').forEach((span, i) => span.textContent = found[i].arm.name);
    tip.hidden = false;
    const left = event.clientX + 18 + tip.offsetWidth > innerWidth ? event.clientX - 18 - tip.offsetWidth : event.clientX + 18;
    tip.style.left = `${left}px`;
    tip.style.top = `${Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8)}px`;
  }).on('pointerleave', () => {
    tip.hidden = true;
    cursor.attr('visibility', 'hidden');
  });
}

for (const legend of document.querySelectorAll('.legend')) {
  for (const arm of arms) {
    const entry = document.createElement('span');
    entry.innerHTML = swatch(arm);
    entry.append(arm.name);
    legend.append(entry);
  }
}
document.querySelectorAll('tbody td:first-child').forEach((cell, i) => cell.insertAdjacentHTML('afterbegin', swatch(arms[i])));
document.querySelectorAll('figure').forEach(draw);
