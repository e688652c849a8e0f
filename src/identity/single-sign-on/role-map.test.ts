import { expect, test } from "vitest";
import { parseRoles, roleOfClaims } from "./role-map.ts";

const roles = parseRoles("it=admin, ou=staff=editor ,guests=viewer") ?? [];

test("a value may contain an equals sign", () => {
  expect(roles).toEqual([
    { value: "it", role: "admin" },
    { value: "ou=staff", role: "editor" },
    { value: "guests", role: "viewer" },
  ]);
});

test.each<[unknown, string | undefined]>([
  ["it", "admin"],
  [["guests", "it"], "admin"],
  [["guests", 7, null], "viewer"],
  [{ guests: { org: 1 } }, "viewer"],
  ["IT", undefined],
  ["it staff", undefined],
  [[["it"]], undefined],
  [["constructor"], undefined],
  [undefined, undefined],
  [null, undefined],
  [true, undefined],
])("(8.2.1) the claim %j means the role %s", (claim, role) => {
  expect(roleOfClaims({ groups: claim }, "groups", roles)).toBe(role);
});

test("the name of a claim may be a path, unless a claim has exactly this name", () => {
  expect(roleOfClaims({ realm_access: { roles: ["it"] } }, "realm_access.roles", roles)).toBe("admin");
  expect(roleOfClaims({ "https://shop.example/roles": ["it"] }, "https://shop.example/roles", roles)).toBe("admin");
  expect(roleOfClaims({ "a.b": "guests", a: { b: "it" } }, "a.b", roles)).toBe("viewer");
  expect(roleOfClaims({ a: [] }, "a.length.constructor", roles)).toBeUndefined();
});
