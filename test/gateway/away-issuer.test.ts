import { expect, test } from "@jest/globals";
import { generateKeyPair, SignJWT } from "jose";
import { startGateway } from "../../gateway/server.ts";
import { freshDatabase } from "../support/postgres.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

test("an issuer that cannot be asked is a refusal of its own, which may be tried again", async () => {
  const database = await freshDatabase("gateway");
  // Nothing listens on port 9 of this machine.
  const issuer = "http://127.0.0.1:9";
  const gateway = await startGateway(
    {
      ...{ host: "127.0.0.1", port: 0, remote: null, databaseUrl: database.appUrl },
      issuer: { kind: "oidc", issuer, audience: "graph", jwksUrl: `${issuer}/jwks.json` },
    },
    { services: [tinyManufacturing(), tinyOwnership()] },
  );
  try {
    const { privateKey } = await generateKeyPair("ES256");
    const said = { iss: issuer, aud: "graph", sub: "anna", tenants: ["demo"], roles: ["support"] };
    const token = await new SignJWT(said)
      .setExpirationTime("1m")
      .setProtectedHeader({ alg: "ES256", kid: "k" })
      .sign(privateKey);
    const answer = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await answer.json()).toEqual({
      errors: [
        {
          message: "the issuer of tokens cannot be asked now",
          extensions: { code: "ISSUER_UNAVAILABLE", retryable: true },
        },
      ],
    });
  } finally {
    await gateway.close();
    await database.drop();
  }
});
