'use strict';
const { roofs, points } = JSON.parse(document.getElementById('results').textContent);
const bounded = points.filter(p => p.intensity > 0);
const families = [...new Set(bounded.map(p => p.family))];
const engines = [...new Set(points.filter(p => !p.ours).map(p => p.kernels))];
const shapes = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCross, d3.symbolStar, d3.symbolWye];
const short = v => v >= 1e3 ? d3.format(',.0f')(v) : d3.format('.3~g')(v);
const threads = n => n === 1 ? '1 thread' : `${n} threads`;
const binary = b => b < 1 << 20 ? `${b >> 10} KiB` : `${b >> 20} MiB`;

function time(seconds) {
  const [scale, unit] = seconds < 1e-6 ? [1e9, 'ns'] : seconds < 1e-3 ? [1e6, 'µs'] : seconds < 1 ? [1e3, 'ms'] : [1, 's'];
  return `${short(seconds * scale)} ${unit}`;
}

/** A name's mark, which no other of the names has: one of eight colours, one of seven shapes, filled or hollow. */
function mark(svg, names, name) {
  const i = names.indexOf(name), hollow = i >= shapes.length;
  return svg.append('path').attr('class', hollow ? 'dot hollow' : 'dot').style('--mark', `var(--c${i % 8})`)
      .attr('d', d3.symbol(shapes[i % shapes.length], hollow ? 46 : 62)());
}

function legend(id, names) {
  for (const name of names) {
    const entry = d3.select(document.getElementById(id)).append('span');
    mark(entry.append('svg').attr('viewBox', '-6 -6 12 12').attr('aria-hidden', true), names, name);
    entry.append('span').text(name);
  }
}

/** A figure with a caption, and an SVG below it as wide as there is room. */
function figure(place, title, heightOf) {
  const element = d3.select(place).append('figure');
  element.append('figcaption').append('b').text(title);
  const width = Math.max(300, element.node().clientWidth), height = heightOf(width);
  const svg = element.append('svg').attr('viewBox', [0, 0, width, height]).attr('role', 'img').attr('aria-label', title);
  return { svg, width, height };
}

function roofline(roof) {
  const mine = bounded.filter(p => roof.device ? p.kernels === roof.device.name : p.ours && p.threads === roof.threads);
  if (mine.length === 0) {
    return;
  }
  const { svg, width, height } = figure('#rooflines', roof.device ? roof.device.name : threads(roof.threads), w => Math.min(480, Math.max(320, w * 0.55)));
  const margin = { top: 16, right: 14, bottom: 40, left: 52 };
  const peak = roof.flops / 1e9;
  const lines = roof.bandwidths.map(b => ({ bytes: b.bytes, rate: Math.max(b.copy, b.triad, b.axpy) / 1e9 }));
  const fastest = d3.max(lines, l => l.rate), slowest = d3.min(lines, l => l.rate);
  const [low, high] = d3.extent(mine, p => p.intensity);
  const x = d3.scaleLog([Math.min(low, 0.2) / 1.6, Math.max(high * 1.6, 4 * peak / slowest)], [margin.left, width - margin.right]);
  const y = d3.scaleLog([Math.min(d3.min(mine, p => p.gflops) / 1.6, x.domain()[0] * slowest), peak * 2], [height - margin.bottom, margin.top]);
  axes(svg, x, y, width, height, margin);
  const from = x.domain()[0];
  const start = rate => Math.max(from, y.domain()[0] / rate);
  for (const l of lines) {
    svg.append('path').attr('class', 'roof').attr('d', `M${x(start(l.rate))} ${y(start(l.rate) * l.rate)}L${x(peak / l.rate)} ${y(peak)}`);
  }
  svg.append('path').attr('class', 'roof peak').attr('d', `M${x(peak / fastest)} ${y(peak)}H${width - margin.right}`);
  svg.append('text').attr('class', 'halo').attr('x', width - margin.right).attr('y', y(peak) - 8).attr('text-anchor', 'end')
      .text(`FMA peak, ${short(peak)} GFLOP/s`);
  slopes(svg, lines, x, y, peak, start);
  for (const p of d3.sort(mine, p => -p.shareOfLimit)) {
    const dot = mark(svg, families, p.family).attr('transform', `translate(${x(p.intensity)},${y(p.gflops)})`).attr('tabindex', 0);
    tell(dot, `${p.workload}\n${p.shape}\n${time(p.medianSeconds)}, ${short(p.gflops)} GFLOP/s, ${d3.format('.0%')(p.shareOfLimit)} of the limit`);
  }
}

/** Names of the slopes, along them, as many as don't touch one another. */
function slopes(svg, lines, x, y, peak, start) {
  let last = Infinity;
  for (const l of d3.sort(lines, l => -l.rate)) {
    const ends = [start(l.rate), peak / l.rate];
    const at = Math.sqrt(ends[0] * Math.sqrt(ends[0] * ends[1]));
    const angle = Math.atan2(y(ends[1] * l.rate) - y(ends[0] * l.rate), x(ends[1]) - x(ends[0])) * 180 / Math.PI;
    const level = y(l.rate);
    if (Math.abs(level - last) > 17 || last === Infinity) {
      svg.append('text').attr('class', 'halo').attr('text-anchor', 'middle').attr('dy', -5)
          .attr('transform', `translate(${x(at)},${y(at * l.rate)}) rotate(${angle})`).text(`${binary(l.bytes)}: ${short(l.rate)} GB/s`);
      last = level;
    }
  }
}

function axes(svg, x, y, width, height, margin) {
  const decades = scale => d3.range(Math.ceil(Math.log10(scale.domain()[0])), Math.floor(Math.log10(scale.domain()[1])) + 1).map(e => 10 ** e);
  svg.append('g').attr('transform', `translate(0,${height - margin.bottom})`)
      .call(d3.axisBottom(x).tickValues(decades(x)).tickFormat(short).tickSizeOuter(0).tickSizeInner(4));
  svg.append('g').attr('transform', `translate(${margin.left},0)`)
      .call(d3.axisLeft(y).tickValues(decades(y)).tickFormat(short).tickSizeInner(-(width - margin.left - margin.right)).tickSizeOuter(0).tickPadding(8))
      .call(g => g.select('.domain').remove());
  svg.append('text').attr('x', width - margin.right).attr('y', height - 4).attr('text-anchor', 'end').text('FLOP for each byte');
  svg.append('text').attr('x', 0).attr('y', 10).text('GFLOP/s');
}

/** Ratios to the others: a line of dots for each workload and shape. */
function ratios(n) {
  const others = points.filter(p => p.threads === n && !p.ours);
  const lines = [...d3.group(others, p => `${p.workload}, ${p.shape}`)];
  if (lines.length === 0) {
    return;
  }
  const step = 21, top = 26;
  const { svg, width } = figure('#ratio-charts', threads(n), w => top + 14 + lines.length * (w < 560 ? 2 : 1) * step);
  const narrow = width < 560, row = narrow ? 2 * step : step, left = narrow ? 8 : 400;
  const [low, high] = d3.extent(others, p => p.againstOurs);
  const x = d3.scaleLog([Math.min(low, 0.8) / 1.1, Math.max(high, 1.25) * 1.1], [left, width - 16]);
  const ticks = (high / low < 8 ? [0.5, 0.7, 1, 1.5, 2, 3, 5] : [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]).filter(t => t >= x.domain()[0] && t <= x.domain()[1]);
  const bottom = top + lines.length * row;
  svg.append('g').attr('transform', `translate(0,${top})`)
      .call(d3.axisTop(x).tickValues(ticks).tickFormat(t => `${t} x`).tickSizeInner(-(bottom - top)).tickSizeOuter(0).tickPadding(6))
      .call(g => g.select('.domain').remove());
  svg.append('path').attr('class', 'one').attr('d', `M${x(1)} ${top}V${bottom}`);
  lines.forEach(([name, marks], i) => {
    const y = top + i * row + row / 2;
    svg.append('text').attr('class', narrow ? 'name halo' : 'name').attr('x', narrow ? left : left - 14).attr('y', narrow ? y - 6 : y + 4)
        .attr('text-anchor', narrow ? 'start' : 'end').text(name);
    for (const p of marks) {
      const dot = mark(svg, engines, p.kernels).attr('transform', `translate(${x(p.againstOurs)},${narrow ? y + 10 : y})`)
          .attr('tabindex', 0);
      tell(dot, `${p.workload}\n${p.shape}\n${p.kernels}: ${time(p.medianSeconds)}, ${short(p.againstOurs)} x ours`);
    }
  });
}

function tell(dot, text) {
  const tip = document.getElementById('tip');
  dot.append('title').text(text);
  dot.on('pointerenter focus', event => {
    tip.replaceChildren(...text.split('\n').flatMap(line => [line, document.createElement('br')]));
    tip.hidden = false;
    const at = dot.node().getBoundingClientRect();
    const right = at.right + 12;
    tip.style.left = `${right + tip.offsetWidth > innerWidth ? Math.max(4, at.left - 12 - tip.offsetWidth) : right}px`;
    tip.style.top = `${Math.min(at.top, innerHeight - tip.offsetHeight - 8)}px`;
  }).on('pointerleave blur', () => tip.hidden = true);
}

legend('families', families);
roofs.forEach(roofline);
if (engines.length > 0) {
  document.getElementById('ratios').hidden = false;
  legend('engines', engines);
  roofs.filter(roof => !roof.device).forEach(roof => ratios(roof.threads));
}
