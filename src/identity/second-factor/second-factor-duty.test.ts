import { expect, test } from "vitest";
import { mustAddSecondFactor } from "./second-factor-duty.ts";
import { ROLES } from "../../../contract/identity/identity-rules.ts";

const admin = { role: "admin", has_password: true, has_second_factor: false, single_sign_on: false } as const;

test("(6.3.3) if other computers can reach the server, an administrator must add a second factor", () => {
  expect(mustAddSecondFactor(admin, true)).toBe(true);
  expect(mustAddSecondFactor(admin, false)).toBe(false);
  expect(mustAddSecondFactor({ ...admin, has_second_factor: true }, true)).toBe(false);
});

test("(6.3.3) an administrator who signs in by links only must add one too", () => {
  expect(mustAddSecondFactor({ ...admin, has_password: false }, true)).toBe(true);
});

test("(6.3.3) an administrator with single sign-on must add one if a password also signs in", () => {
  expect(mustAddSecondFactor({ ...admin, single_sign_on: true }, true)).toBe(true);
  expect(mustAddSecondFactor({ ...admin, single_sign_on: true, has_password: false }, true)).toBe(false);
});

test("other roles choose for themselves", () => {
  for (const role of ROLES.filter((role) => role !== "admin"))
    expect(mustAddSecondFactor({ ...admin, role }, true)).toBe(false);
});
