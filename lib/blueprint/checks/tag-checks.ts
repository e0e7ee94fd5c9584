import { limits } from '../../aws/limits';
import { ownTagKeys, tagKeyProblem, tagValueProblem } from '../../aws/tags';
import type { Problem } from '../problem';
import { renderPath } from '../zod-problems';
import { type ConfigCheck, duplicates } from './config-check';

/** What AWS takes as tags; objects of S3 take the fewest, and IAM does not tell A from a. */
export const checkTags: ConfigCheck = ({ tags }) => {
  const keys = Object.keys(tags);
  const path = (key: string) => renderPath(['tags', key]);
  const most = limits.tagsOfS3Object - ownTagKeys.length;
  return [
    ...(keys.length <= most
      ? []
      : [
          {
            path: 'tags',
            got: keys.length,
            expected: `at most ${most}: an object in S3 takes ${limits.tagsOfS3Object}, and ${ownTagKeys.join(' and ')} are set by the cluster`,
          },
        ]),
    ...Object.entries(tags).flatMap(([key, got]): Problem[] => {
      const expected = tagKeyProblem(key) ?? tagValueProblem(got);
      return expected === undefined ? [] : [{ path: path(key), got, expected }];
    }),
    ...duplicates(
      keys.map((key) => key.toLowerCase()),
      (index) => path(keys[index] ?? ''),
      'key, in whatever case,',
    ),
  ];
};
