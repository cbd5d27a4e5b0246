import { base, en, Faker } from "@faker-js/faker";
import type { Random } from "#base/random.ts";
import type { SampleName } from "../workloadOptions.ts";
import type { Sample } from "./sample.ts";

/** Samples whose chance is ours and whose present is given: the library looks at no clock and throws no dice. */
export function fakeSample(name: SampleName, random: Random): Sample {
  const faker = new Faker({ locale: [en, base], randomizer: { next: () => random.next(), seed: () => {} } });
  switch (name) {
    case "orders":
      return orders(faker);
    case "clicks":
      return clicks(faker);
    case "sensors":
      return sensors(faker);
  }
}

function orders(faker: Faker): Sample {
  let number = 0;
  return {
    subject: "customer",
    next: (customer, nowMs) => {
      const id = `order-${String(++number).padStart(8, "0")}`;
      const quantity = faker.number.int({ min: 1, max: 5 });
      const price = faker.number.int({ min: 150, max: 19_999 });
      const body = {
        orderId: id,
        customer,
        item: faker.commerce.productName(),
        department: faker.commerce.department(),
        quantity,
        amount: (quantity * price) / 100,
        currency: "EUR",
        city: faker.location.city(),
        country: faker.location.countryCode(),
        channel: faker.helpers.arrayElement(["web", "app", "store"]),
        placedAtMs: Math.floor(nowMs),
      };
      return { id, body };
    },
  };
}

const pages = ["/", "/search", "/product", "/cart", "/checkout", "/account", "/help"];
const events = [
  { value: "page_view", weight: 80 },
  { value: "add_to_cart", weight: 12 },
  { value: "remove_from_cart", weight: 4 },
  { value: "purchase", weight: 4 },
];

function clicks(faker: Faker): Sample {
  let number = 0;
  return {
    subject: "visitor",
    next: (visitor, nowMs) => {
      const id = `click-${String(++number).padStart(8, "0")}`;
      const body = {
        clickId: id,
        visitor,
        event: faker.helpers.weightedArrayElement(events),
        page: faker.helpers.arrayElement(pages),
        product: faker.commerce.productName(),
        country: faker.location.countryCode(),
        ip: faker.internet.ipv4(),
        userAgent: faker.internet.userAgent(),
        durationMs: faker.number.int({ min: 20, max: 30_000 }),
        atMs: Math.floor(nowMs),
      };
      return { id, body };
    },
  };
}

/** Readings go on from the last one of the same sensor. */
function sensors(faker: Faker): Sample {
  let number = 0;
  const last = new Map<string, { readonly temperature: number; readonly battery: number }>();
  return {
    subject: "sensor",
    next: (sensor, nowMs) => {
      const id = `reading-${String(++number).padStart(8, "0")}`;
      const before = last.get(sensor) ?? {
        temperature: faker.number.float({ min: 5, max: 30, fractionDigits: 1 }),
        battery: faker.number.int({ min: 20, max: 100 }),
      };
      const change = faker.number.float({ min: -0.5, max: 0.5, fractionDigits: 2 });
      const temperature = Math.round((before.temperature + change) * 100) / 100;
      const battery = faker.number.int(200) === 0 ? Math.max(0, before.battery - 1) : before.battery;
      last.set(sensor, { temperature, battery });
      const body = {
        readingId: id,
        sensor,
        temperature,
        humidity: faker.number.int({ min: 20, max: 95 }),
        battery,
        status: battery < 5 ? "battery low" : "ok",
        atMs: Math.floor(nowMs),
      };
      return { id, body };
    },
  };
}
