// The interactive drawing. Places come from the page itself; without this script the still picture stays.
(function () {
  "use strict";
  var box = document.getElementById("cy");
  var source = document.getElementById("elements");
  if (!box || !source || typeof cytoscape !== "function") { return; }
  var frame = document.getElementById("drawing");
  var told = document.getElementById("told");
  var english = function () { return document.getElementById("lang-en").checked; };
  var nodeColours = { patient: "#0072b2", doctor: "#e69f00", facility: "#009e73", pharmacy: "#cc79a7", operator: "#56b4e9", agent: "#a01c1c", phone: "#5b5b8c", account: "#7a4b00", employer: "#6b7780", device: "#3f6f6f", more: "#8a949c" };
  var shapes = { patient: "ellipse", doctor: "triangle", facility: "rectangle", pharmacy: "diamond", operator: "hexagon", more: "round-rectangle" };
  var lineColours = { burst: "#d55e00", same_day: "#56b4e9", journey: "#0072b2", batch: "#009e73", identity: "#4a4a4a", steering: "#b8860b", same_bill: "#cc79a7", trace_code: "#7b3294", visited: "#9aa6ad" };
  var dashes = { identity: [8, 5], journey: [8, 5], steering: [3, 4], same_bill: [2, 3], trace_code: [2, 3] };
  frame.classList.add("live");
  var named = box.getAttribute("data-named") === "1";
  var family = window.getComputedStyle(document.body).fontFamily;
  function size(n) { return n.data("kind") !== "patient" ? 42 : named ? 30 : 26; }
  var wanted = JSON.parse(source.textContent);
  var elements = wanted.nodes.map(function (n) { return { data: n, position: { x: n.x, y: n.y } }; }).concat(wanted.lines.map(function (e, i) {
    return { data: { id: "e" + i, source: e[0], target: e[1], kind: e[2], width: e[3], told: [e[4], e[5]], since: e[6] } };
  }));
  var cy;
  try {
    cy = cytoscape({
      container: box,
      elements: elements,
      layout: { name: "preset", padding: 36 },
      minZoom: 0.2, maxZoom: 5, userZoomingEnabled: false, boxSelectionEnabled: false,
      style: [
        { selector: "node", style: {
          "shape": function (n) { return shapes[n.data("kind")] || "ellipse"; },
          "background-color": function (n) { return nodeColours[n.data("kind")] || "#8a949c"; },
          "width": size, "height": size,
          "border-width": 2, "border-color": "#ffffff",
          "label": "data(label)", "font-family": family,
          "font-size": 17, "color": "#17262f",
          "text-valign": function (n) { return { top: "top", bottom: "bottom" }[n.data("side")] || "center"; },
          "text-halign": function (n) { return { left: "left", right: "right" }[n.data("side")] || "center"; },
          "text-margin-x": function (n) { return { left: -5, right: 5 }[n.data("side")] || 0; },
          "text-margin-y": function (n) { return { top: -4, bottom: 4 }[n.data("side")] || 0; },
          "text-outline-width": 3, "text-outline-color": "#ffffff", "text-wrap": "ellipsis", "text-max-width": 210
        } },
        { selector: "node.small", style: {
          "label": "data(short)", "font-size": 9, "font-weight": "bold", "color": "#ffffff",
          "text-valign": "center", "text-halign": "center", "text-margin-x": 0, "text-margin-y": 0, "text-outline-width": 0
        } },
        { selector: "node[!member]", style: { "background-opacity": 0.35, "border-color": "#6b7780", "border-style": "dashed" } },
        { selector: "edge", style: {
          "width": "data(width)", "curve-style": "bezier", "control-point-step-size": 16, "opacity": 0.5,
          "line-color": function (e) { return lineColours[e.data("kind")] || "#77838c"; },
          "line-style": function (e) { return dashes[e.data("kind")] ? "dashed" : "solid"; },
          "line-dash-pattern": function (e) { return dashes[e.data("kind")] || [6, 3]; }
        } },
        { selector: ".faded", style: { "opacity": 0.1 } },
        { selector: "edge.near", style: { "opacity": 0.9 } },
        { selector: ".off, .later", style: { "display": "none" } }
      ]
    });
  } catch (problem) {
    frame.classList.remove("live");
    return;
  }
  if (!named) { cy.nodes("[kind = 'patient']").addClass("small"); }
  function tell(lines) {
    told.textContent = "";
    lines.forEach(function (line) {
      var row = document.createElement("div");
      row.textContent = line;
      told.appendChild(row);
    });
  }
  var drawn = JSON.parse(document.getElementById("drawn").textContent);
  function title(item) {
    var both = (item.isNode() ? drawn.titles.nodes : drawn.titles.lines)[item.data("kind")];
    return english() ? both[1] : both[0];
  }
  function speak(item) {
    if (item.isNode()) { return title(item); }
    var told = item.data("told");
    if (english()) { return title(item) + ": " + told[0] + (told[1] ? ", expected " + told[1] : ""); }
    return title(item) + " " + told[0] + " 次" + (told[1] ? "，预期 " + told[1] : "");
  }
  cy.on("tap", "node", function (event) {
    var node = event.target, near = node.closedNeighborhood();
    cy.elements().removeClass("near").addClass("faded");
    near.removeClass("faded").edges().addClass("near");
    var lines = [node.data("label") + " · " + speak(node), node.data("ident")];
    node.connectedEdges().sort(function (a, b) { return b.data("width") - a.data("width"); }).slice(0, 12).forEach(function (edge) {
      var other = edge.source().same(node) ? edge.target() : edge.source();
      lines.push(other.data("label") + " — " + speak(edge));
    });
    tell(lines);
  });
  cy.on("tap", "edge", function (event) {
    var edge = event.target;
    tell([edge.source().data("label") + " — " + edge.target().data("label"), speak(edge)]);
  });
  cy.on("tap", function (event) {
    if (event.target === cy) { cy.elements().removeClass("faded near"); tell([]); }
  });
  function zoom(factor) {
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }
  document.getElementById("zoom-in").addEventListener("click", function () { zoom(1.25); });
  document.getElementById("zoom-out").addEventListener("click", function () { zoom(0.8); });
  document.getElementById("zoom-fit").addEventListener("click", function () { cy.fit(undefined, 36); });
  document.querySelectorAll("input[data-line]").forEach(function (choice) {
    choice.addEventListener("change", function () {
      cy.edges().filter(function (e) { return e.data("kind") === choice.getAttribute("data-line"); }).toggleClass("off", !choice.checked);
    });
  });
  var asOf = document.getElementById("as-of");
  if (asOf) {
    var asOfTold = document.getElementById("as-of-told");
    var showAsOf = function () {
      var last = Number(asOf.value);
      cy.batch(function () {
        cy.elements().forEach(function (item) { item.toggleClass("later", item.data("since") > last); });
      });
      var people = cy.nodes("[kind = 'patient']").not(".later").length;
      asOfTold.textContent = drawn.days[last] + (english() ? ": " + people + " people, " + (last + 1) + " days with meetings" : "：" + people + " 人，同现 " + (last + 1) + " 天");
    };
    asOf.parentNode.classList.add("on");
    asOf.addEventListener("input", showAsOf);
    document.querySelectorAll("input[name=lang]").forEach(function (choice) { choice.addEventListener("change", showAsOf); });
    showAsOf();
  }
  window.addEventListener("resize", function () { cy.resize(); cy.fit(undefined, 36); });
  box.setAttribute("data-ready", "1");
})();
