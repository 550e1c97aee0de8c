// Filter and order of the list.
(function () {
  "use strict";
  var table = document.getElementById("list");
  if (!table) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var search = document.getElementById("search");
  var typology = document.getElementById("typology");
  var shown = document.getElementById("shown");
  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; }) &&
        (!typology.value || row.getAttribute("data-typology") === typology.value);
      row.hidden = !fits;
      if (fits) { count += 1; }
    });
    shown.textContent = count + " / " + rows.length;
  }
  search.addEventListener("input", filter);
  typology.addEventListener("change", filter);
  table.querySelectorAll("th button").forEach(function (button) {
    button.addEventListener("click", function () {
      var head = button.closest("th");
      var down = head.getAttribute("aria-sort") !== "descending";
      if (button.getAttribute("data-first") === "up" && !head.getAttribute("aria-sort")) { down = false; }
      table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var key = "data-" + button.getAttribute("data-key");
      rows.slice().sort(function (a, b) {
        var x = parseFloat(a.getAttribute(key)), y = parseFloat(b.getAttribute(key));
        return (down ? y - x : x - y) || a.getAttribute("data-rank") - b.getAttribute("data-rank");
      }).forEach(function (row) { body.appendChild(row); });
    });
  });
  filter();
})();
