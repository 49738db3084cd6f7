// Draws the curves of each tuned arm and seed.
const trials = JSON.parse(document.getElementById("results").textContent).filter(trial => trial.course);
const name = trial => `${trial.arm}, seed ${trial.seed}`;
const colour = i => `var(--c${i % 8})`;
const score = epoch => Object.values(epoch.measures)[0];
const width = 480, height = 300, margin = {top: 12, right: 12, bottom: 34, left: 48};

d3.select(".legend").selectAll("span").data(trials).join("span").style("color", (_, i) => colour(i)).text(name);

// Lines of a figure: [{trial, of, dashes}], `of` from an epoch to a number.
function draw(id, lines, label) {
  const points = lines.map(line => trials[line.trial].course.epochs
      .map(epoch => [epoch.number, line.of(epoch)]).filter(([, y]) => y !== null));
  const all = points.flat();
  const x = d3.scaleLinear([0, Math.max(1, d3.max(all, p => p[0]) ?? 1)], [margin.left, width - margin.right]);
  const y = d3.scaleLinear(d3.extent(all, p => p[1]), [height - margin.bottom, margin.top]).nice();
  const svg = d3.select(id).insert("svg", "figcaption").attr("viewBox", `0 0 ${width} ${height}`);
  svg.append("g").attr("transform", `translate(0,${height - margin.bottom})`)
      .call(d3.axisBottom(x).ticks(Math.min(10, x.domain()[1])).tickFormat(d3.format("d")));
  svg.append("g").attr("transform", `translate(${margin.left},0)`).call(d3.axisLeft(y).ticks(6));
  svg.append("text").attr("x", width - margin.right).attr("y", height - 4).attr("text-anchor", "end").text("epoch");
  svg.append("text").attr("x", margin.left + 6).attr("y", margin.top + 6).text(label);
  lines.forEach((line, i) => svg.append("path").attr("class", "line").attr("d", d3.line()
      .x(p => x(p[0])).y(p => y(p[1]))(points[i])).attr("stroke", colour(line.trial))
      .attr("stroke-dasharray", line.dashes));
  return {svg, x, y};
}

if (trials.length > 0) {
  draw("#loss", trials.flatMap((_, i) => [{trial: i, of: epoch => epoch.loss, dashes: "5 4"},
      {trial: i, of: epoch => epoch.validationLoss, dashes: null}]), "loss");
  const {svg, x, y} = draw("#measure", trials.map((_, i) => ({trial: i, of: score, dashes: null})),
      Object.keys(trials[0].course.epochs[0].measures)[0]);
  trials.forEach((trial, i) => svg.append("circle").attr("r", 5).attr("fill", "none").attr("stroke", colour(i))
      .attr("cx", x(trial.course.best)).attr("cy", y(score(trial.course.epochs[trial.course.best]))));
}
