import { whyUnplanned } from '../aws/partitions';
import { regionFacts, regionNames, regionSource } from '../aws/regions';
import { reservedClusterNames } from '../aws/reserved-names';
import { didYouMean } from './nearest';
import { label, textWithout } from './values';

/** Name of a cluster: names of resources begin with it, and no service keeps that beginning for itself. */
export const clusterName = () =>
  label(32).superRefine((name, context) => {
    const reserved = reservedClusterNames.find(({ form }) => form.test(name));
    if (reserved === undefined) return;
    context.addIssue({
      code: 'custom',
      message: `another name than ${reserved.what}, such as "prod": ${reserved.why}`,
    });
  });

/** A region that AWS has, in a partition that is planned. */
export const region = () =>
  textWithout((name) => {
    const facts = regionFacts(name);
    if (facts === undefined) {
      return `an AWS region such as "eu-central-1", of those that there were on ${regionSource.asOf}${didYouMean(name, regionNames)}`;
    }
    const why = whyUnplanned(facts.partition);
    return (
      why &&
      `a region of the partitions aws or aws-us-gov: in ${facts.partition} nothing is planned, since ${why}`
    );
  }, 'an AWS region such as "eu-central-1"');
