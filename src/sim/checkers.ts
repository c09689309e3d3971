// Which invariants watch over a world.

import { PausedNeverSeizes, TakeoverInTime } from './calmCheckers.ts';
import type { Checker, Scene } from './checker.ts';
import { FriendsAreBelieved, ObjectsIffMaster, SpeaksAsConfigured } from './extraCheckers.ts';
import {
  AddressIffMaster,
  BestIsMaster,
  EverythingGivenBack,
  EveryTransitionHasACause,
  MasterHasTheLastWord,
  NonPreemptMeansIt,
  OneMaster,
  UnchangedReloadIsSilent,
  UpgradeIsSilent,
} from './protocolCheckers.ts';
import {
  ConfirmedIsAnnounced,
  ForgersAreNotHeeded,
  GroupsStayTogether,
  MakeBeforeBreak,
  MasterIsNeverSilent,
  NeverNobody,
  NoMasterWithAFault,
} from './serviceCheckers.ts';

export function checkersFor(scene: Scene): readonly Checker[] {
  const always = [
    new OneMaster(scene),
    new BestIsMaster(scene),
    new AddressIffMaster(scene),
    new EveryTransitionHasACause(scene),
    new MasterHasTheLastWord(scene),
    new NonPreemptMeansIt(scene),
    new EverythingGivenBack(scene),
    new UnchangedReloadIsSilent(scene),
    new UpgradeIsSilent(scene),
    new MasterIsNeverSilent(scene),
    new GroupsStayTogether(scene),
    new ForgersAreNotHeeded(scene),
    new ConfirmedIsAnnounced(scene),
    new NoMasterWithAFault(scene),
    new NeverNobody(scene),
    new FriendsAreBelieved(scene),
    new SpeaksAsConfigured(scene),
    new ObjectsIffMaster(scene),
  ];
  const calm = [
    new TakeoverInTime(scene),
    new PausedNeverSeizes(scene),
    new MakeBeforeBreak(scene),
  ];
  return scene.plan.calm ? [...always, ...calm] : always;
}
