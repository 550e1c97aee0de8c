// Language switch and printing. Nothing is stored; the language travels in the address of links between pages.
(function () {
  "use strict";
  var root = document.documentElement;
  var wanted = /[?&]lang=(zh|en)/.exec(window.location.search);
  function show(lang) {
    root.lang = lang === "zh" ? "zh-CN" : "en";
    var chosen = document.getElementById("lang-" + lang);
    if (chosen) { chosen.checked = true; }
    document.title = root.getAttribute("data-title-" + lang) || document.title;
    document.querySelectorAll("a[data-page]").forEach(function (link) {
      link.href = link.getAttribute("data-page") + "?lang=" + lang;
    });
    document.querySelectorAll("option[data-" + lang + "]").forEach(function (option) {
      option.textContent = option.getAttribute("data-" + lang);
    });
    document.querySelectorAll("[data-placeholder-" + lang + "]").forEach(function (input) {
      input.placeholder = input.getAttribute("data-placeholder-" + lang);
    });
  }
  document.querySelectorAll("input[name=lang]").forEach(function (choice) {
    choice.addEventListener("change", function () { show(choice.value); });
  });
  show(wanted ? wanted[1] : root.getAttribute("data-lang"));
  document.querySelectorAll("tbody.rest").forEach(function (rest) {
    var row = document.createElement("tr"), cell = document.createElement("td"), button = document.createElement("button");
    var head = document.createElement("tbody");
    cell.colSpan = 8;
    button.type = "button";
    button.textContent = "+" + rest.rows.length + " / " + rest.getAttribute("data-count");
    button.addEventListener("click", function () { rest.hidden = false; head.remove(); });
    head.className = "more-row";
    cell.appendChild(button); row.appendChild(cell); head.appendChild(row);
    rest.parentNode.insertBefore(head, rest);
    rest.hidden = true;
  });
  var head = /[?&]head=([0-9a-f]{8,64})(&|$)/.exec(window.location.search), place = document.getElementById("head-hash");
  if (head && place) { place.textContent = head[1]; }
  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details[data-print]:not([open])").forEach(function (part) {
      part.open = true;
      opened.push(part);
    });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) { part.open = false; });
    opened = [];
  });
})();
