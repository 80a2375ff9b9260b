import { matchRoutes } from "react-router";
import { expect, test } from "vitest";
import { paths } from "@/lib/paths";
import { createQueryClient } from "./query-client";
import { routes } from "./routes";

const map = routes(createQueryClient());

test("every address that is linked to has its page", () => {
  const addresses = Object.values(paths).map((path) =>
    typeof path === "string" ? path : path("x"),
  );
  const lost = addresses.filter((address) => {
    const last = matchRoutes(map, address)?.at(-1)?.route;
    return last === undefined || last.path === "*";
  });
  expect(lost).toEqual([]);
});

test("any other address is told that there is nothing", () => {
  expect(matchRoutes(map, "/nowhere/at/all")?.at(-1)?.route.path).toBe("*");
});
