import fc from "fast-check";
import { expect, test } from "vitest";
import { stripHtml } from "./html.ts";

test.each([
  ["plain  text\nwith a line", "plain  text\nwith a line"],
  ["<p>One</p><p>Two</p>", "One\nTwo"],
  ["a<br>b<br/>c", "a\nb\nc"],
  ["<b>bold</b> and <i>italic</i>", "bold and italic"],
  ["vert &amp; m&aacute;s&nbsp;x", "vert & más x"],
  ["&lt;b&gt; &#8364; &#x20AC;", "<b> € €"],
  ["<ul><li>one</li><li>two</li></ul>", "one\ntwo"],
  ["<tr><td>a</td><td>b</td></tr>", "a b"],
  ["<a title=\"a > b\" href='x'>link</a>", "link"],
  ["<script>if (a < b) x()</script>text", "text"],
  ["<style>p{}</style>a<STYLE>b</Style>c", "ac"],
  ["a<!-- <p> --> b", "a b"],
  ["5 < 6 and 7 > 3", "5 < 6 and 7 > 3"],
  ["a <b", "a"],
  ["<p>  a\n\n b  </p>", "a b"],
  ["<p></p>", ""],
  ["<!DOCTYPE html><?xml ?>x", "x"],
  ["a &unknown; b", "a &unknown; b"],
  ['<img alt="55" TV" src="a.jpg">Screen<img alt="x" y" src="b.jpg">', "Screen"],
  ["<p title=it's>Hello</p><p>I don't know</p>", "Hello\nI don't know"],
  ["<a title = '>'>x</a>", "x"],
])("%j is %j", (html, text) => {
  expect(stripHtml(html)).toBe(text);
});

test("texts that are hard to parse take time in proportion to their length", () => {
  const size = 200_000;
  for (const part of ['<a "', "<!--", "<script>", "<", "<a '\"", "&", "</", "<style", '<b x=">'])
    expect(stripHtml(part.repeat(size / part.length)).length).toBeLessThanOrEqual(size);
});

test("the result contains no tag of the text", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("<b>", "</b>", "<br>", "<p class='x'>", "word", " ", "\n", "é")), (parts) => {
      expect(stripHtml(parts.join(""))).not.toMatch(/[<>]/);
    }),
  );
});
