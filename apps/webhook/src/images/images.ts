import { systemClock } from '@bulkhead/core';
import { type ImageKnowledge, NO_IMAGES } from '@bulkhead/policy';
import { compactHeap, type ServiceProcess } from '@bulkhead/runtime';
import type { WebhookEvent } from '../event.ts';
import type { WebhookMetrics } from '../metrics.ts';
import type { WishForScan } from '../review/answer.ts';
import { ApiFeed, type ImagesConfig } from './ask-api.ts';
import { followImages } from './follow-images.ts';
import { passOnScanWishes } from './scan-wishes.ts';

export interface Images {
  readonly knowledge: ImageKnowledge;
  /** Takes wishes for scans, where an api is configured that would have them. */
  readonly wish: WishForScan | undefined;
  /** Why reviews are better answered by somebody else for now; nothing when they need not be. */
  readonly notReady: string | undefined;
}

/** What is known of images: followed where an api is configured. */
export function startImages(
  config: ImagesConfig | undefined,
  metrics: WebhookMetrics,
  { emit, logger, shutdown }: ServiceProcess<WebhookEvent>,
): Images {
  if (config === undefined) return { knowledge: NO_IMAGES, wish: undefined, notReady: undefined };
  const feed = new ApiFeed(config);
  const giveUpAt = performance.now() + config.warmUpSeconds * 1000;
  let trouble = '';
  let told = false;
  const images = followImages({
    source: feed,
    everyMs: config.everySeconds * 1000,
    clock: systemClock,
    signal: shutdown.signal,
    onCurrent(count) {
      metrics.setImages(count, systemClock.now());
      // While it is not ready, so that nobody waits: reading makes several times as much garbage as what it leaves.
      if (!told && performance.now() < giveUpAt) compactHeap();
      if (!told || trouble !== '') emit({ event: 'images-known', images: count });
      told = true;
      trouble = '';
    },
    onFailure(error) {
      metrics.countImageFailure('feed');
      const problem = error instanceof Error ? error.message : String(error);
      if (problem === trouble) return;
      trouble = problem;
      logger.warn({ err: error }, 'the api cannot be asked for images; what is known stays in force');
      emit({ event: 'images-unreachable', problem });
    },
    onUnusable(digest, why) {
      metrics.countImageFailure('image');
      logger.warn({ digest, why }, 'what the api says of an image cannot be used');
    },
  });
  let refusal = '';
  const wishes = passOnScanWishes({
    send: (references, signal) => feed.want(references, signal),
    clock: systemClock,
    signal: shutdown.signal,
    onFailure(error) {
      metrics.countImageFailure('wish');
      const problem = error instanceof Error ? error.message : String(error);
      if (problem === refusal) return;
      refusal = problem;
      logger.warn({ err: error }, 'the api cannot be asked to have images scanned; wishes wait');
    },
  });
  shutdown.onClose('images', async () => {
    await Promise.all([images.done, wishes.done]);
    feed.close();
  });
  return {
    knowledge: images,
    wish: wishes.wish,
    get notReady() {
      if (images.complete || performance.now() > giveUpAt) return undefined;
      return 'what is known of images is still being read';
    },
  };
}
